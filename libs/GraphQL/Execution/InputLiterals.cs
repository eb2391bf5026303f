using System.Text.Json;

namespace Platform.GraphQL;

/// <summary>Values of documents and SDL as resolvers see them (specification 3, "Input Coercion" of each kind of type).</summary>
internal static class InputLiterals
{
    /// <summary>False when the value is none of the type, or names a variable that was not given.</summary>
    /// <exception cref="CoercionException">A constraint refuses it.</exception>
    public static bool TryRead(ValueNode node, GraphType type, Variables? variables, out object? value)
    {
        value = null;
        if (node is VariableNode variable)
        {
            return variables is not null && variables.TryGet(variable.Name, out value) && (value is not null || type is not NonNullType);
        }

        if (type is NonNullType nonNull)
        {
            return node is not NullNode && TryRead(node, nonNull.Inner, variables, out value);
        }

        if (node is NullNode)
        {
            return true;
        }

        return type switch
        {
            ListType list => TryReadList(node, list, variables, out value),
            InputObjectType input => node is ObjectNode fields && TryReadObject(fields, input, variables, out value),
            EnumType symbols => TryReadEnum(node, symbols, out value),
            ScalarType scalar => TryReadScalar(node, scalar, variables, out value),
            _ => false,
        };
    }

    /// <summary>A literal as JSON, for scalars that take any; variables are put in as they were given.</summary>
    public static JsonElement ToJson(ValueNode node, Variables? variables)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Write(writer, node, variables);
        }

        return JsonElement.Parse(stream.ToArray());
    }

    private static bool TryReadList(ValueNode node, ListType type, Variables? variables, out object? value)
    {
        var items = new List<object?>();
        value = items;
        if (node is not ListNode list)
        {
            if (!TryRead(node, type.Inner, variables, out var single))
            {
                return false;
            }

            items.Add(single);
            return true;
        }

        foreach (var item in list.Items)
        {
            // A variable that was not given is null in a list (3.11).
            if (item is VariableNode missing && variables is not null && !variables.TryGet(missing.Name, out _) && type.Inner is not NonNullType)
            {
                items.Add(null);
            }
            else if (TryRead(item, type.Inner, variables, out var read))
            {
                items.Add(read);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadObject(ObjectNode node, InputObjectType type, Variables? variables, out object? value)
    {
        var result = new InputObject();
        value = null;
        foreach (var given in node.Fields)
        {
            if (!type.Fields.TryFind(given.Name, out _))
            {
                return false;
            }
        }

        foreach (var field in type.Fields)
        {
            var given = Array.Find(node.Fields, f => f.Name == field.Name)?.Value;
            if (given is VariableNode missing && variables?.TryGet(missing.Name, out _) != true)
            {
                given = null;
            }

            if (given is not null)
            {
                if (!TryRead(given, field.Type, variables, out var read))
                {
                    return false;
                }

                result[field.Name] = Constrained(field, read);
            }
            else if (!TryDefault(field, result))
            {
                return false;
            }
        }

        if (type.IsOneOf && !(result.Count == 1 && result.Values.First() is not null && node.Fields.Length == 1))
        {
            return false;
        }

        value = type.Bind?.Invoke(result) ?? result;
        return true;
    }

    /// <summary>Puts in what a field is when it was not given; false when it must be given.</summary>
    public static bool TryDefault(InputValue field, InputObject result)
    {
        if (field.DefaultValue is not null)
        {
            // While the schema is being checked its defaults are not read yet.
            result[field.Name] = field.Default ?? (TryRead(field.DefaultValue, field.Type, null, out var read) ? read : null);
        }

        return !field.IsRequired;
    }

    /// <summary>The value, unless what <c>@constraint</c> says refuses it.</summary>
    public static object? Constrained(InputValue field, object? value) =>
        field.Constraint?.Refuse(value) is { } why ? throw new CoercionException($"\"{field.Name}\" {why}.") : value;

    private static bool TryReadEnum(ValueNode node, EnumType type, out object? value)
    {
        value = node is EnumNode symbol ? type.Values.Find(symbol.Name)?.Value : null;
        return value is not null;
    }

    private static bool TryReadScalar(ValueNode node, ScalarType type, Variables? variables, out object? value)
    {
        try
        {
            value = type.ParseLiteral is { } parse ? parse(node) : type.ParseValue(ToJson(node, variables));
            return true;
        }
        catch (Exception thrown) when (CoercionException.Refusal(thrown) is not null)
        {
            value = null;
            return false;
        }
    }

    private static void Write(Utf8JsonWriter writer, ValueNode node, Variables? variables)
    {
        switch (node)
        {
            case VariableNode variable when variables?.TryGetJson(variable.Name, out var json) == true:
                json.WriteTo(writer);
                break;
            case IntNode number:
                writer.WriteRawValue(number.Digits);
                break;
            case FloatNode number:
                writer.WriteRawValue(number.Digits);
                break;
            case StringNode text:
                writer.WriteStringValue(text.Value);
                break;
            case EnumNode symbol:
                writer.WriteStringValue(symbol.Name);
                break;
            case BooleanNode boolean:
                writer.WriteBooleanValue(boolean.Value);
                break;
            case ListNode list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(writer, item, variables);
                }

                writer.WriteEndArray();
                break;
            case ObjectNode fields:
                writer.WriteStartObject();
                foreach (var field in fields.Fields)
                {
                    writer.WritePropertyName(field.Name);
                    Write(writer, field.Value, variables);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
