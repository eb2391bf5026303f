using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Platform.GraphQL;

/// <summary>A coerced input object: the fields that were given and those with defaults. A field given as null is there, with null.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1710", Justification = "It is called so in GraphQL.")]
public sealed class InputObject : IReadOnlyDictionary<string, object?>
{
    private readonly Dictionary<string, object?> _fields = new(StringComparer.Ordinal);

    public int Count => _fields.Count;

    public IEnumerable<string> Keys => _fields.Keys;

    public IEnumerable<object?> Values => _fields.Values;

    public object? this[string key]
    {
        get => _fields[key];
        internal set => _fields[key] = value;
    }

    /// <summary>The field as a CLR value; the default of <typeparamref name="T"/> when it was not given or null. Lists are given as arrays.</summary>
    public T? Get<T>(string name) => CoercedValues.As<T>(_fields.GetValueOrDefault(name));

    /// <summary>Whether the field was given, be it as null.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    public bool ContainsKey(string key) => _fields.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value) => _fields.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _fields.GetEnumerator();
}

internal static class CoercedValues
{
    /// <summary>A coerced value as the type a resolver asks for.</summary>
    public static T? As<T>(object? value) => value switch
    {
        null => default,
        T fits => fits,
        List<object?> list when typeof(T).IsArray => (T)(object)ToArray(list, typeof(T).GetElementType()!),
        List<object?> list when typeof(T) is { IsGenericType: true } type && type.GetGenericArguments() is [var item] && type.IsAssignableFrom(item.MakeArrayType())
            => (T)(object)ToArray(list, item),
        string text when (Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T)) is { IsEnum: true } symbol => (T)Enum.Parse(symbol, text, ignoreCase: true),
        string text when (Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T)) == typeof(Guid) => Guid.TryParse(text, out var id)
            ? (T)(object)id : throw new GraphQLException($"\"{text}\" is not an identifier.", "VALIDATION_ERROR"),
        IConvertible => (T)Convert.ChangeType(value, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new InvalidCastException($"A value of {value.GetType().Name} is not {typeof(T).Name}."),
    };

    private static Array ToArray(List<object?> list, Type item)
    {
        var array = Array.CreateInstance(item, list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            array.SetValue(list[i], i);
        }

        return array;
    }
}
