using System.Text.Json;

namespace Platform.GraphQL;

/// <summary>Values of JSON as resolvers see them (specification 3, "Input Coercion" of each kind of type), with where they are wrong.</summary>
internal sealed class InputJson(string variable)
{
    private const int MaxFaults = 10;
    private readonly Stack<object> _path = [];

    public List<string> Faults { get; } = [];

    public object? Read(JsonElement json, GraphType type)
    {
        if (type is NonNullType nonNull)
        {
            return json.ValueKind == JsonValueKind.Null ? Fault($"Expected non-nullable type \"{type}\" not to be null.") : Read(json, nonNull.Inner);
        }

        if (json.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return type switch
        {
            ListType list => ReadList(json, list),
            InputObjectType input => ReadObject(json, input),
            EnumType symbols => ReadEnum(json, symbols),
            ScalarType scalar => ReadScalar(json, scalar),
            _ => null,
        };
    }

    private List<object?> ReadList(JsonElement json, ListType type)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            return [Read(json, type.Inner)];
        }

        var items = new List<object?>(json.GetArrayLength());
        foreach (var item in json.EnumerateArray())
        {
            items.Add(Within(items.Count, item, type.Inner));
            if (Faults.Count >= MaxFaults)
            {
                break;
            }
        }

        return items;
    }

    private object? ReadObject(JsonElement json, InputObjectType type)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return Fault($"Expected type \"{type}\" to be an object.");
        }

        var before = Faults.Count;
        var given = 0;
        foreach (var property in json.EnumerateObject())
        {
            given++;
            if (!type.Fields.TryFind(property.Name, out _) && Faults.Count < MaxFaults)
            {
                Fault($"Field \"{property.Name}\" is not defined by type \"{type}\".");
            }
        }

        var result = new InputObject();
        foreach (var field in type.Fields)
        {
            if (json.TryGetProperty(field.Name, out var value))
            {
                result[field.Name] = Constrained(field, Within(field.Name, value, field.Type));
            }
            else if (!InputLiterals.TryDefault(field, result))
            {
                Fault($"Field \"{field.Name}\" of required type \"{field.Type}\" was not provided.");
            }
        }

        if (type.IsOneOf && !(given == 1 && result.Count == 1 && result.Values.First() is not null) && Faults.Count == before)
        {
            Fault($"Within OneOf Input Object type \"{type}\", exactly one field must be specified, and the value for that field must be non-null.");
        }

        return Faults.Count > before ? null : Bound(type, result);
    }

    private object? Bound(InputObjectType type, InputObject value)
    {
        try
        {
            return type.Bind?.Invoke(value) ?? value;
        }
        catch (Exception thrown) when (CoercionException.Refusal(thrown) is not null)
        {
            return Fault(CoercionException.Refusal(thrown)!);
        }
    }

    private object? Constrained(InputValue field, object? value)
    {
        if (field.Constraint?.Refuse(value) is { } why)
        {
            _path.Push(field.Name);
            Fault($"\"{field.Name}\" {why}.");
            _path.Pop();
        }

        return value;
    }

    private object? ReadEnum(JsonElement json, EnumType type) =>
        json.ValueKind == JsonValueKind.String && type.Values.TryFind(json.GetString()!, out var found)
            ? found.Value
            : Fault($"Value {Excerpt(json)} does not exist in \"{type}\" enum.");

    private object? ReadScalar(JsonElement json, ScalarType type)
    {
        try
        {
            return type.ParseValue(json);
        }
        catch (Exception thrown) when (CoercionException.Refusal(thrown) is not null)
        {
            return Fault($"Expected type \"{type}\". {CoercionException.Refusal(thrown)}");
        }
    }

    private object? Within(object key, JsonElement json, GraphType type)
    {
        _path.Push(key);
        var value = Read(json, type);
        _path.Pop();
        return value;
    }

    private object? Fault(string what)
    {
        var path = _path.Count == 0 ? "" : $" at \"{variable}.{string.Join('.', _path.Reverse())}\"";
        Faults.Add($"Variable \"${variable}\" got an invalid value{path}; {what}");
        return null;
    }

    private static string Excerpt(JsonElement json)
    {
        var text = json.GetRawText();
        return text.Length <= 100 ? text : text[..100] + "…";
    }
}
