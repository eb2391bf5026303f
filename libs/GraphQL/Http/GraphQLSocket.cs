using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>A WebSocket of graphql-transport-ws, as the server that let it in sees it.</summary>
public sealed class GraphQLSocket
{
    private readonly Func<int, string, Task> _close;

    internal GraphQLSocket(HttpContext context, Func<int, string, Task> close, CancellationToken over) => (Context, _close, Over) = (context, close, over);

    /// <summary>The request that opened it.</summary>
    public HttpContext Context { get; }

    /// <summary>Cancelled when it is over, however it ended.</summary>
    public CancellationToken Over { get; }

    /// <summary>Ends all of its operations and closes it. The client has five seconds to read why.</summary>
    /// <param name="status">A status code of RFC 6455, section 7.4, or of graphql-transport-ws (4400 to 4499).</param>
    /// <param name="reason">At most 123 bytes.</param>
    public Task CloseAsync(int status, string reason) => _close(status, reason);
}

/// <summary>An operation of a WebSocket that is over.</summary>
/// <param name="Kind">Null when its document was refused.</param>
/// <param name="Status">What HTTP would have called its end: 200 when it was executed.</param>
/// <param name="Took">From the message that asked for it to its first answer, or to its end where it had none.</param>
/// <param name="Received">Bytes of that message.</param>
/// <param name="Sent">Bytes of all its answers.</param>
public sealed record SocketOperation(OperationKind? Kind, int Status, TimeSpan Took, long Received, long Sent);
