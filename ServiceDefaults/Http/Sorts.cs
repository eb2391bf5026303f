using System.Linq.Expressions;
using System.Text.Json;

namespace Platform.ServiceDefaults;

/// <summary>
/// The fields a list may be sorted by. Every order ends with the unique key, so that pages neither repeat nor skip a
/// row. Sort fields must not be null.
/// </summary>
/// <typeparam name="T">The row.</typeparam>
public sealed class Sorts<T>
{
    private readonly Dictionary<string, SortKey<T>> _fields = [];

    private Sorts(SortKey<T> key) => Key = key;

    internal SortKey<T> Key { get; }

    internal IReadOnlyList<SortField> DefaultOrder { get; private set; } = [];

    /// <summary>Starts with the unique key that ends every order.</summary>
    public static Sorts<T> By<TKey>(Expression<Func<T, TKey>> key) => new(SortKey<T>.Of(key));

    /// <summary>Allows sorting by a field.</summary>
    public Sorts<T> Add<TField>(string name, Expression<Func<T, TField>> field)
    {
        _fields.Add(name, SortKey<T>.Of(field));
        return this;
    }

    /// <summary>The order where the request names none.</summary>
    public Sorts<T> Default(string name, bool descending = false)
    {
        DefaultOrder = [new SortField(name, descending)];
        return this;
    }

    internal SortKey<T> Field(string name, string parameter) => _fields.TryGetValue(name, out var field)
        ? field
        : throw new FaultException(Faults.ValidationFault(parameter, $"must be one of {string.Join(", ", _fields.Keys)}"));
}

/// <summary>One field to sort by: how a query is ordered by it and how a cursor notes it, made once and not for each request.</summary>
internal abstract class SortKey<T>(LambdaExpression field)
{
    public LambdaExpression Field { get; } = field;

    public static SortKey<T> Of<TField>(Expression<Func<T, TField>> field) => new Typed<TField>(field);

    /// <summary>Orders by the field, after the fields before it unless it is the first.</summary>
    public abstract IOrderedQueryable<T> Sort(IQueryable<T> query, bool isFirst, bool descending);

    /// <summary>Writes the field of a row.</summary>
    public abstract void Write(Utf8JsonWriter json, T row);

    private sealed class Typed<TField> : SortKey<T>
    {
        private readonly Expression<Func<T, TField>> _field;
        private readonly Lazy<Func<T, TField>> _read;

        public Typed(Expression<Func<T, TField>> field)
            : base(field)
        {
            _field = field;
            _read = new Lazy<Func<T, TField>>(field.Compile);
        }

        public override IOrderedQueryable<T> Sort(IQueryable<T> query, bool isFirst, bool descending) => (isFirst, descending) switch
        {
            (true, false) => query.OrderBy(_field),
            (true, true) => query.OrderByDescending(_field),
            (false, false) => ((IOrderedQueryable<T>)query).ThenBy(_field),
            (false, true) => ((IOrderedQueryable<T>)query).ThenByDescending(_field),
        };

        public override void Write(Utf8JsonWriter json, T row) => JsonSerializer.Serialize(json, _read.Value(row));
    }
}
