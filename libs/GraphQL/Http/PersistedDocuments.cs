using System.Security.Cryptography;
using System.Text;

namespace Platform.GraphQL.Http;

/// <summary>
/// Documents by their SHA-256: automatic persisted queries (a client sends the hash alone, and the text once when it is not
/// known), and <c>documentId</c> of GraphQL over HTTP.
/// </summary>
public sealed class PersistedDocuments
{
    private const string Unknown = "PersistedQueryNotFound";

    /// <summary>The text of a hash (lower-case hexadecimal); null when it is not known.</summary>
    public required Func<string, CancellationToken, ValueTask<string?>> Find { get; init; }

    /// <summary>Keeps a text that was found valid. Null: only what is there already is known.</summary>
    public Func<string, string, CancellationToken, ValueTask>? Store { get; init; }

    /// <summary>Whether documents must be known: a text of the client's own is refused.</summary>
    public bool IsExclusive { get; init; }

    public static PersistedDocuments InMemory(int capacity = 1_000)
    {
        var kept = new RecentCache<string, string>(capacity);
        return new PersistedDocuments
        {
            Find = (hash, _) => new(kept.TryGet(hash, out var text) ? text : null),
            Store = (hash, text, _) =>
            {
                kept.Add(hash, text);
                return default;
            },
        };
    }

    /// <summary>The text that a request means, or why it has none.</summary>
    internal async ValueTask<(string? Text, GraphQLError? Refusal)> ResolveAsync(RequestParameters parameters, CancellationToken ct)
    {
        if (parameters.Hash is not { } hash)
        {
            return IsExclusive && parameters.Query is not null
                ? (null, new GraphQLError("Only persisted documents are executed.") { Code = "QUERY_NOT_ALLOWED" })
                : (parameters.Query, parameters.Query is null ? new GraphQLError("The parameter \"query\" is missing.") { Code = "MALFORMED_REQUEST" } : null);
        }

        if (parameters.Query is { } text && !IsExclusive)
        {
            return Hash(text) == hash ? (text, null) : (null, new GraphQLError("The hash is not that of the query.") { Code = "MALFORMED_REQUEST" });
        }

        return await Find(hash, ct) is { } known ? (known, null) : (null, new GraphQLError(Unknown) { Code = "PERSISTED_QUERY_NOT_FOUND" });
    }

    internal ValueTask RememberAsync(RequestParameters parameters, CancellationToken ct) =>
        Store is not null && !IsExclusive && parameters is { Hash: { } hash, Query: { } text } ? Store(hash, text, ct) : default;

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
