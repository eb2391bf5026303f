using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>How requests over HTTP become requests of the engine.</summary>
public sealed record GraphQLHttpOptions
{
    /// <summary>Who asks: permissions, services, whether the schema may be asked for.</summary>
    public Func<HttpContext, RequestScope> Scope { get; init; } = context => new RequestScope { Services = context.RequestServices };

    /// <summary>
    /// Called with the payload of <c>connection_init</c> when a WebSocket opens. Null refuses it: it is closed with 4403, unless it
    /// was closed for a reason that says more. Without it the socket has the scope of its handshake.
    /// </summary>
    public Func<GraphQLSocket, JsonElement?, CancellationToken, ValueTask<RequestScope?>>? Connect { get; init; }

    /// <summary>Hears of each operation of a WebSocket when it is over.</summary>
    public Action<GraphQLSocket, SocketOperation>? Done { get; init; }

    /// <summary>The last word before execution, for limits by cost: an error refuses the request.</summary>
    public Func<HttpContext, AdmittedRequest, CancellationToken, ValueTask<GraphQLError?>>? Admit { get; init; }

    /// <summary>Bytes of a request body, or of a WebSocket message.</summary>
    public int MaxBody { get; init; } = 256 * 1024;

    /// <summary>Requests in one body.</summary>
    public int MaxBatch { get; init; } = 10;

    /// <summary>Operations that are open on one WebSocket.</summary>
    public int MaxOperations { get; init; } = 50;

    /// <summary>How long a WebSocket may take to say <c>connection_init</c>.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a quiet stream or socket shows that it is alive.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>Time of those.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where documents are kept by their SHA-256; in this process's memory unless said.</summary>
    public PersistedDocuments Persisted { get; init; } = PersistedDocuments.InMemory();

    /// <summary>Answers that may be kept for a while; none are unless said.</summary>
    public KeptAnswers? Kept { get; init; }

    /// <summary>
    /// Whether even what <c>@cacheControl</c> calls public is for some callers only, those with the same rights for example:
    /// then <see cref="Kept"/> may share it among them, and caches on the way (<c>Cache-Control: private</c>) may not.
    /// </summary>
    public bool AreForCredentials { get; init; }

    /// <summary>Answers a browser's GET without a query, with GraphiQL for example.</summary>
    public RequestDelegate? Page { get; init; }
}
