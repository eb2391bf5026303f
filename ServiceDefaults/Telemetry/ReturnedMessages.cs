using System.Diagnostics;
using OpenTelemetry;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>
/// An event that no queue takes comes back from the broker, which the client calls a failure and the outbox does not: it
/// waits, or lets go of it. The relay's own span tells whether sending failed; the client's span below it is not marked.
/// </summary>
internal sealed class ReturnedMessages : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data is { Kind: ActivityKind.Producer, Status: ActivityStatusCode.Error } && data.Parent?.Source.Name == OutboxRelay.SourceName)
        {
            data.SetStatus(ActivityStatusCode.Unset);
        }
    }
}
