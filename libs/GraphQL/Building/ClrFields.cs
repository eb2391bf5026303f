using System.Collections;
using System.Reflection;
using System.Text;

namespace Platform.GraphQL;

/// <summary>Fields of CLR types: names in camel case, nullability as annotated.</summary>
internal static class ClrFields
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static IEnumerable<(string Sdl, string Member)> Of(Type type, string[] except)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length == 0 && !except.Contains(property.Name))
            {
                NullabilityInfo nullability;
                lock (Nullability)
                {
                    nullability = Nullability.Create(property);
                }

                yield return ($"{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}: {Reference(nullability)}", property.Name);
            }
        }
    }

    /// <summary><c>InProgress</c> as <c>IN_PROGRESS</c>.</summary>
    public static string Constant(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            _ = i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]) ? text.Append('_') : text;
            text.Append(char.ToUpperInvariant(name[i]));
        }

        return text.ToString();
    }

    private static string Reference(NullabilityInfo info)
    {
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        var name = type == typeof(string) || !type.IsAssignableTo(typeof(IEnumerable))
            ? Scalar(type)
            : $"[{(info.ElementType is { } element ? Reference(element) : info.GenericTypeArguments is [var item] ? Reference(item) : throw Unknown(type))}]";
        return info.ReadState == NullabilityState.NotNull ? name + "!" : name;
    }

    private static string Scalar(Type type) =>
        type == typeof(string) || type == typeof(Uri) ? "String"
        : type == typeof(int) || type == typeof(short) || type == typeof(byte) ? "Int"
        : type == typeof(double) || type == typeof(float) || type == typeof(decimal) ? "Float"
        : type == typeof(bool) ? "Boolean"
        : type == typeof(Guid) ? "ID"
        : type == typeof(DateTimeOffset) || type == typeof(DateTime) ? "DateTime"
        : type is { IsPrimitive: false, IsGenericType: false } ? type.Name
        : throw Unknown(type);

    private static SchemaException Unknown(Type type) => new([$"{type} has no GraphQL type; name its property among the exceptions and give it a field by hand."]);
}
