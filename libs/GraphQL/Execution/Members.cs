using System.Collections;
using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;

namespace Platform.GraphQL;

/// <summary>Reads a member of a parent: a property of JSON, a key of a dictionary, a property of an object (6.4.2, the default resolver).</summary>
internal static class Members
{
    private static readonly ConcurrentDictionary<(Type Type, string Name), Func<object, object?>> Getters = new();

    public static object? Read(object? parent, string name) => parent switch
    {
        null => null,
        JsonElement json => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? Plain(value) : null,
        IReadOnlyDictionary<string, object?> map => map.GetValueOrDefault(name),
        IDictionary map => map[name],
        _ => Getters.GetOrAdd((parent.GetType(), name), static key => Getter(key.Type, key.Name))(parent),
    };

    /// <summary>JSON's null as ours.</summary>
    public static object? Plain(JsonElement json) => json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : json;

    private static Func<object, object?> Getter(Type type, string name)
    {
        var property = type.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
        if (property is null)
        {
            return static _ => null;
        }

        var parent = Expression.Parameter(typeof(object));
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(Expression.Property(Expression.Convert(parent, type), property), typeof(object)), parent).Compile();
    }
}
