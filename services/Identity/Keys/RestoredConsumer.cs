using MassTransit;
using Platform.Contracts.Tenancy;

namespace Platform.Identity.Keys;

/// <summary>After a restore the database holds the keys of then: every instance reads them at once, not within a minute.</summary>
internal sealed class RestoredConsumer(KeyRing keys) : IConsumer<RestorePartCompleted>
{
    public Task Consume(ConsumeContext<RestorePartCompleted> context) => context.Message is { Service: "identity", Applied: true, Error: null }
        ? keys.RefreshAsync(context.CancellationToken)
        : Task.CompletedTask;
}
