namespace Platform.GraphQL;

/// <summary>What a request brings besides its document: who asks, and where resolvers find their services.</summary>
public sealed class RequestScope
{
    /// <summary>Resolvers' services.</summary>
    public IServiceProvider Services { get; init; } = NoServices.Instance;

    /// <summary>The parent of the root fields.</summary>
    public object? Root { get; init; }

    /// <summary>Whether the caller has a permission. Without it nobody has any.</summary>
    public Func<string, bool> Permits { get; init; } = _ => false;

    /// <summary>Whether <c>__schema</c> and <c>__type</c> may be asked for.</summary>
    public bool AllowIntrospection { get; init; } = true;

    /// <summary>Hears what resolvers throw beside <see cref="GraphQLException"/>: the client is told nothing of it. With the field, where there is one.</summary>
    public Action<Exception, ResolveContext?>? Faulted { get; init; }

    /// <summary>Whatever resolvers share during the request.</summary>
    public IDictionary<string, object?> Items { get; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
