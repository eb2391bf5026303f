using MassTransit;
using Platform.Contracts.Tenancy;
using Platform.Identity.FirstRun;

namespace Platform.Identity.Keys;

/// <summary>
/// After a restore the database holds the keys and the administrator of then: every instance reads the keys at once, not
/// within a minute, and the file with the first password is put right.
/// </summary>
internal sealed class RestoredConsumer(KeyRing keys, AdminPasswordFile passwordFile) : IConsumer<RestorePartCompleted>
{
    public async Task Consume(ConsumeContext<RestorePartCompleted> context)
    {
        if (context.Message is { Service: "identity", Applied: true, Error: null })
        {
            await keys.RefreshAsync(context.CancellationToken);
            await passwordFile.ReviewAsync(context.CancellationToken);
        }
    }
}
