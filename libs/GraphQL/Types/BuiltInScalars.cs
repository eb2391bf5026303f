using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Platform.GraphQL;

/// <summary>3.5.1 to 3.5.5: Int, Float, String, Boolean, ID.</summary>
internal static class BuiltInScalars
{
    public static ScalarType[] Create() =>
    [
        new("Int")
        {
            Description = "The `Int` scalar type represents non-fractional signed whole numeric values. Int can represent values between -(2^31) and 2^31 - 1.",
            Serialize = value => WriteInt(value),
            ParseValue = value => value.ValueKind == JsonValueKind.Number ? WholeNumber(value.GetRawText()) : throw Not("Int", value.GetRawText(), "non-integer value"),
            ParseLiteral = node => node is IntNode number ? WholeNumber(number.Digits) : throw Not("Int", node.ToString(), "non-integer value"),
        },
        new("Float")
        {
            Description = "The `Float` scalar type represents signed double-precision fractional values as specified by [IEEE 754](https://en.wikipedia.org/wiki/IEEE_floating_point).",
            Serialize = value => WriteFloat(value),
            ParseValue = value => value.ValueKind == JsonValueKind.Number ? Finite(value.GetRawText()) : throw Not("Float", value.GetRawText(), "non numeric value"),
            ParseLiteral = node => node is IntNode or FloatNode ? Finite(node.ToString()) : throw Not("Float", node.ToString(), "non numeric value"),
        },
        new("String")
        {
            Description = "The `String` scalar type represents textual data, represented as UTF-8 character sequences. The String type is most often used by GraphQL to represent free-form human-readable text.",
            Serialize = value => WriteText("String", value),
            ParseValue = value => value.ValueKind == JsonValueKind.String ? value.GetString() : throw Not("String", value.GetRawText(), "a non string value"),
            ParseLiteral = node => node is StringNode text ? text.Value : throw Not("String", node.ToString(), "a non string value"),
        },
        new("Boolean")
        {
            Description = "The `Boolean` scalar type represents `true` or `false`.",
            Serialize = value => WriteBoolean(value),
            ParseValue = value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Not("Boolean", value.GetRawText(), "a non boolean value"),
            ParseLiteral = node => node is BooleanNode boolean ? boolean.Value : throw Not("Boolean", node.ToString(), "a non boolean value"),
        },
        new("ID")
        {
            Description = "The `ID` scalar type represents a unique identifier, often used to refetch an object or as key for a cache. The ID type appears in a JSON response as a String; however, it is not intended to be human-readable. When expected as an input type, any string (such as `\"4\"`) or integer (such as `4`) input value will be accepted as an ID.",
            Serialize = WriteId,
            ParseValue = value => value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number when IsWhole(value.GetRawText(), out var number) => number.ToString(CultureInfo.InvariantCulture),
                _ => throw Not("ID", value.GetRawText(), "value"),
            },
            ParseLiteral = node => node switch
            {
                StringNode text => text.Value,
                IntNode number => number.Digits,
                _ => throw Not("ID", node.ToString(), "a non-string and non-integer value"),
            },
        },
    ];

    private static CoercionException Not(string type, string value, string what) => new($"{type} cannot represent {what}: {value}");

    private static int WholeNumber(string digits)
    {
        if (int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var plain))
        {
            return plain;
        }

        // 1.0 and 1e2 are integers in JSON.
        if (!IsWhole(digits, out var number))
        {
            throw Not("Int", digits, "non-integer value");
        }

        return number >= int.MinValue && number <= int.MaxValue ? (int)number : throw Not("Int", digits, "non 32-bit signed integer value");
    }

    private static bool IsWhole(string digits, out BigInteger number)
    {
        number = default;
        // A long exponent would be a number of that many digits.
        if (digits.Length <= 64 && !digits.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        }

        if (!double.TryParse(digits, CultureInfo.InvariantCulture, out var value) || !double.IsInteger(value))
        {
            return false;
        }

        number = new BigInteger(value);
        return true;
    }

    private static double Finite(string digits) =>
        double.TryParse(digits, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : throw Not("Float", digits, "non numeric value");

    private static int WriteInt(object value) => value switch
    {
        int or short or ushort or byte or sbyte => Convert.ToInt32(value, CultureInfo.InvariantCulture),
        bool flag => flag ? 1 : 0,
        long or uint or ulong or double or float or decimal => WholeNumber(Convert.ToString(value, CultureInfo.InvariantCulture)!),
        string { Length: > 0 } text when double.TryParse(text, CultureInfo.InvariantCulture, out _) => WholeNumber(text),
        JsonElement { ValueKind: JsonValueKind.Number } json => WholeNumber(json.GetRawText()),
        JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False or JsonValueKind.String } json => WriteInt(Plain(json)),
        _ => throw Not("Int", Show(value), "non-integer value"),
    };

    private static double WriteFloat(object value) => value switch
    {
        double number => double.IsFinite(number) ? number : throw Not("Float", Show(value), "non numeric value"),
        bool flag => flag ? 1d : 0d,
        int or long or float or decimal or short or byte or uint or ulong or sbyte or ushort => WriteFloat(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        string { Length: > 0 } text => Finite(text),
        JsonElement { ValueKind: JsonValueKind.Number } json => Finite(json.GetRawText()),
        JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False or JsonValueKind.String } json => WriteFloat(Plain(json)),
        _ => throw Not("Float", Show(value), "non numeric value"),
    };

    private static bool WriteBoolean(object value) => value switch
    {
        bool flag => flag,
        int or long or double => Convert.ToDouble(value, CultureInfo.InvariantCulture) != 0,
        JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False } json => json.GetBoolean(),
        JsonElement { ValueKind: JsonValueKind.Number } json => json.GetDouble() != 0,
        _ => throw Not("Boolean", Show(value), "a non boolean value"),
    };

    private static string WriteText(string type, object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture),
        Guid or Uri or DateOnly or TimeOnly or char or Enum => value.ToString()!,
        IFormattable number and (int or long or double or float or decimal or short or byte or uint or ulong or BigInteger) => number.ToString(null, CultureInfo.InvariantCulture),
        JsonElement { ValueKind: JsonValueKind.Number } json => json.GetRawText(),
        JsonElement { ValueKind: JsonValueKind.String or JsonValueKind.True or JsonValueKind.False } json => WriteText(type, Plain(json)),
        _ => throw Not(type, Show(value), "value"),
    };

    private static string WriteId(object value) => value is bool or double or float or JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False }
        && !(value is double number && double.IsInteger(number))
        ? throw Not("ID", Show(value), "value")
        : WriteText("ID", value);

    private static object Plain(JsonElement json) => json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetBoolean();

    private static string Show(object value) => value is string text ? JsonSerializer.Serialize(text) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
