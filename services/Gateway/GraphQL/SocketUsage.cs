using Platform.Contracts.Gateway;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Usage;
using Platform.GraphQL.Http;
using Platform.GraphQL.Language;

namespace Platform.Gateway.GraphQL;

/// <summary>Writes a usage row for each operation of a socket when it is over, as a request of its own would have had one.</summary>
internal sealed partial class SocketUsage(UsageJournal journal, TimeProvider clock, ILogger<SocketUsage> log)
{
    public void Record(GraphQLSocket socket, SocketOperation operation)
    {
        var credential = GatewayRequest.Of(socket.Context).Credential!;
        try
        {
            journal.Append(new UsageEntry(
                credential.Caller.TenantId,
                credential.ApiKeyId,
                credential.Caller.Subject,
                GraphQLSetup.Path,
                operation.Kind == OperationKind.Subscription ? "SUBSCRIBE" : HttpMethods.Post,
                operation.Status,
                Math.Round(operation.Took.TotalMilliseconds, 3),
                operation.Received,
                operation.Sent,
                clock.GetUtcNow()));
        }
        catch (IOException exception)
        {
            // As for requests: a full disk must be seen, and must not stop the door.
            LogNotRecorded(log, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "An operation of a socket could not be written to the usage journal: {Reason}")]
    private static partial void LogNotRecorded(ILogger logger, string reason);
}
