namespace Platform.GraphQL;

/// <summary>3.5 Scalars.</summary>
public sealed class ScalarType : NamedType
{
    internal ScalarType(string name)
        : base(name)
    {
    }

    /// <summary>A resolver's value as what the answer holds: text, number, boolean or JSON. Throws <see cref="CoercionException"/>.</summary>
    public Func<object, object?> Serialize { get; internal set; } = value => value;

    /// <summary>A value of the variables as resolvers see it. Throws <see cref="CoercionException"/>.</summary>
    public Func<System.Text.Json.JsonElement, object?> ParseValue { get; internal set; } = value => value.Clone();

    /// <summary>A value of the document as resolvers see it. Throws <see cref="CoercionException"/>.</summary>
    public Func<ValueNode, object?>? ParseLiteral { get; internal set; }

    /// <summary>The specification of a custom scalar (<c>@specifiedBy</c>).</summary>
    public string? SpecifiedBy { get; internal set; }
}

/// <summary>3.9 Enums.</summary>
public sealed class EnumType : NamedType
{
    private readonly Dictionary<object, string> _names = [];

    internal EnumType(string name)
        : base(name)
    {
    }

    public NamedList<EnumValue> Values { get; } = new();

    /// <summary>The name of a resolver's value; null when it is none of them.</summary>
    public string? NameOf(object value)
    {
        if (_names.TryGetValue(value, out var name))
        {
            return name;
        }

        return value is string text && Values.TryFind(text, out var found) ? found.Name : value is Enum symbol ? Values.Find(symbol.ToString())?.Name : null;
    }

    internal void Index()
    {
        foreach (var value in Values)
        {
            _names.TryAdd(value.Value, value.Name);
        }
    }
}

/// <summary>3.10 Input objects.</summary>
public sealed class InputObjectType : NamedType
{
    internal InputObjectType(string name)
        : base(name)
    {
    }

    public NamedList<InputValue> Fields { get; } = new();

    /// <summary>Exactly one field must be given (<c>@oneOf</c>).</summary>
    public bool IsOneOf { get; internal set; }

    /// <summary>Makes what resolvers see of it; the <see cref="InputObject"/> itself unless said.</summary>
    public Func<InputObject, object>? Bind { get; internal set; }
}

/// <summary>A value that a scalar, an enum or a constraint refuses. The message is for the client.</summary>
public sealed class CoercionException(string message) : Exception(message)
{
    /// <summary>
    /// What a client is told of an exception of a scalar or of a binding; null where it is a fault of ours. Parsers of the
    /// framework refuse with exceptions of their own, and their messages are not for clients.
    /// </summary>
    internal static string? Refusal(Exception thrown) => thrown switch
    {
        CoercionException or GraphQLException => thrown.Message,
        FormatException or InvalidOperationException or OverflowException or ArgumentException => "It does not have the form.",
        _ => null,
    };
}
