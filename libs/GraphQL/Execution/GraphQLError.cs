namespace Platform.GraphQL;

/// <summary>An error of an answer (specification 7.1.4).</summary>
/// <param name="Message">For the client's developer.</param>
public sealed record GraphQLError(string Message)
{
    public IReadOnlyList<SourceLocation> Locations { get; init; } = [];

    /// <summary>Where in the answer: names and indexes; null for an error of the whole request.</summary>
    public ResponsePath? Path { get; init; }

    /// <summary><c>extensions.code</c>.</summary>
    public string? Code { get; init; }

    /// <summary>Further extensions.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }
}

/// <summary>Thrown by a resolver to say something to the client. Whatever else it throws is told as an internal error and no more.</summary>
public sealed class GraphQLException(string message, string? code = null, IReadOnlyDictionary<string, object?>? extensions = null) : Exception(message)
{
    public string? Code { get; } = code;

    public IReadOnlyDictionary<string, object?>? Extensions { get; } = extensions;
}

/// <summary>A place in an answer; a name or an index under its parent.</summary>
public sealed class ResponsePath
{
    private readonly string? _name;
    private readonly int _index;

    internal ResponsePath(ResponsePath? parent, string name) => (Parent, _name) = (parent, name);

    internal ResponsePath(ResponsePath? parent, int index) => (Parent, _index) = (parent, index);

    public ResponsePath? Parent { get; }

    /// <summary>A name (<c>string</c>) or an index (<c>int</c>).</summary>
    public object Key => _name ?? (object)_index;

    public IReadOnlyList<object> ToList()
    {
        var keys = new List<object>();
        for (var at = this; at is not null; at = at.Parent)
        {
            keys.Add(at.Key);
        }

        keys.Reverse();
        return keys;
    }

    public override string ToString() => string.Join('.', ToList());
}
