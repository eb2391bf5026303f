using System.Threading.RateLimiting;

namespace Platform.KnowledgeGraph.Query;

/// <summary>
/// How many users' queries run at once. Each may take 512 MB in the store and its whole answer is read before the first row goes out:
/// without an end to their number, one tenant's queries would take all memory and every thread of the store.
/// </summary>
internal sealed class QuerySlots : IDisposable
{
    public const int PerTenant = 4;
    public const int InAll = 8;

    /// <summary>Those beyond wait; so many, for so long as a query may take.</summary>
    public const int WaitingPerTenant = 16;

    private readonly PartitionedRateLimiter<Guid> _slots = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<Guid, Guid>(tenant => RateLimitPartition.GetConcurrencyLimiter(tenant, _ => Options(PerTenant, WaitingPerTenant))),
        PartitionedRateLimiter.Create<Guid, int>(_ => RateLimitPartition.GetConcurrencyLimiter(0, _ => Options(InAll, int.MaxValue))));

    /// <summary>Waits for a slot; null where too many wait already, or none came free in time.</summary>
    /// <param name="tenant">Whose query it is.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="ct">Ends waiting.</param>
    public async Task<IDisposable?> EnterAsync(Guid tenant, TimeSpan patience, CancellationToken ct)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ct);
        waiting.CancelAfter(patience);
        try
        {
            var lease = await _slots.AcquireAsync(tenant, 1, waiting.Token);
            if (lease.IsAcquired)
            {
                return lease;
            }

            lease.Dispose();
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => _slots.Dispose();

    private static ConcurrencyLimiterOptions Options(int permits, int waiting) =>
        new() { PermitLimit = permits, QueueLimit = waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };
}
