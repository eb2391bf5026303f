using System.Linq.Expressions;

namespace Platform.ServiceDefaults;

/// <summary>
/// The fields a list may be sorted by. Every order ends with the unique key, so that pages neither repeat nor skip a
/// row. Sort fields must not be null.
/// </summary>
/// <typeparam name="T">The row.</typeparam>
public sealed class Sorts<T>
{
    private readonly Dictionary<string, LambdaExpression> _fields = [];

    private Sorts(LambdaExpression key) => Key = key;

    internal LambdaExpression Key { get; }

    internal IReadOnlyList<SortField> DefaultOrder { get; private set; } = [];

    /// <summary>Starts with the unique key that ends every order.</summary>
    public static Sorts<T> By<TKey>(Expression<Func<T, TKey>> key) => new(key);

    /// <summary>Allows sorting by a field.</summary>
    public Sorts<T> Add<TField>(string name, Expression<Func<T, TField>> field)
    {
        _fields.Add(name, field);
        return this;
    }

    /// <summary>The order where the request names none.</summary>
    public Sorts<T> Default(string name, bool descending = false)
    {
        DefaultOrder = [new SortField(name, descending)];
        return this;
    }

    internal LambdaExpression Field(string name, string parameter) => _fields.TryGetValue(name, out var field)
        ? field
        : throw new FaultException(Faults.ValidationFault(parameter, $"must be one of {string.Join(", ", _fields.Keys)}"));
}
