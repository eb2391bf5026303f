using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Pipeline;

/// <summary>A way out of the outbox.</summary>
internal interface IOutboxLane
{
    /// <summary>A name of letters.</summary>
    string Name { get; }

    /// <summary>Tells an entry. An exception says that it could not be told now; a text, why it never will.</summary>
    Task<string?> TellAsync(Guid tenant, OutboxEntry entry, CancellationToken ct);
}

/// <summary>
/// Tells what the catalogues' outboxes hold: to the broker, and to the data pipeline where there is one, each lane on its own
/// and a tenant's entries in their order. An entry goes only when all lanes have told it; a lane that fails waits, longer each time,
/// and begins where it stopped. What is told again after a crash has the same message id.
/// </summary>
internal sealed partial class CatalogueRelay(
    IEnumerable<IOutboxLane> lanes, CatalogueOutbox outbox, IGraphStore store, IOptions<RelayOptions> options, TimeProvider clock, ILogger<CatalogueRelay> log) : BackgroundService
{
    private readonly Lane[] _lanes = [.. lanes.Select(l => new Lane(l))];

    private string[] Names => Array.ConvertAll(_lanes, l => l.Name);

    /// <summary>A tenant has something to tell.</summary>
    public void Wake(Guid tenant)
    {
        foreach (var lane in _lanes)
        {
            lane.Wake(tenant);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_lanes.Select(l => RunAsync(l, stoppingToken)));

    private async Task RunAsync(Lane lane, CancellationToken ct)
    {
        await Task.Yield();
        var isFirst = true;
        var foundAt = long.MinValue;
        var pause = options.Value.FirstPause;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (isFirst || clock.GetElapsedTime(foundAt) >= options.Value.Look)
                {
                    await FindAsync(lane, isFirst, ct);
                    (isFirst, foundAt) = (false, clock.GetTimestamp());
                }

                foreach (var tenant in lane.Take())
                {
                    await TellAsync(lane, tenant, ct);
                    lane.Done(tenant);
                }

                pause = options.Value.FirstPause;
                await lane.WaitAsync(options.Value.Look, clock, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogPaused(log, exception, lane.Name, pause);
                lane.Return();
                await Task.Delay(pause, clock, ct);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, options.Value.LongestPause.Ticks));
            }
        }
    }

    /// <summary>What an earlier process left, or a restore brought.</summary>
    private async Task FindAsync(Lane lane, bool isFirst, CancellationToken ct)
    {
        foreach (var graph in await store.ListAsync(ct))
        {
            if (graph is { IsCatalogue: true, Tenant: { } tenant })
            {
                if (isFirst)
                {
                    await outbox.TryAgainAsync(tenant, lane.Name, ct);
                }

                await outbox.SweepAsync(tenant, Names, ct);
                lane.Wake(tenant);
            }
        }
    }

    private async Task TellAsync(Lane lane, Guid tenant, CancellationToken ct)
    {
        while (await outbox.NextAsync(tenant, lane.Name, ct) is { Count: > 0 } entries)
        {
            foreach (var entry in entries)
            {
                if (await lane.Way.TellAsync(tenant, entry, ct) is { } refusal)
                {
                    LogRefused(log, lane.Name, entry.Id, entry.Type, refusal);
                    await outbox.RefusedAsync(tenant, entry, lane.Name, refusal, ct);
                }
                else
                {
                    await outbox.ToldAsync(tenant, entry, lane.Name, Names, ct);
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Telling the {Lane} pauses for {Pause}")]
    private static partial void LogPaused(ILogger logger, Exception exception, string lane, TimeSpan pause);

    [LoggerMessage(LogLevel.Error, "The {Lane} refused message {Id} of type {Type}; it is kept and tried again at the next start: {Refusal}")]
    private static partial void LogRefused(ILogger logger, string lane, Guid id, string type, string refusal);

    /// <summary>A lane and the tenants that have something for it.</summary>
    private sealed class Lane(IOutboxLane way)
    {
        private readonly ConcurrentDictionary<Guid, bool> _waiting = new();
        private readonly ConcurrentDictionary<Guid, bool> _kept = new();
        private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public IOutboxLane Way => way;

        public string Name => way.Name;

        public void Wake(Guid tenant)
        {
            if (_waiting.TryAdd(tenant, true))
            {
                _signal.Writer.TryWrite(true);
            }
        }

        public Guid[] Take()
        {
            var taken = _waiting.Keys.ToArray();
            foreach (var tenant in taken)
            {
                _waiting.TryRemove(tenant, out _);
                _kept[tenant] = true;
            }

            return taken;
        }

        public void Done(Guid tenant) => _kept.TryRemove(tenant, out _);

        /// <summary>What was taken and not told waits again.</summary>
        public void Return()
        {
            foreach (var tenant in _kept.Keys)
            {
                _kept.TryRemove(tenant, out _);
                _waiting.TryAdd(tenant, true);
            }
        }

        /// <summary>Until there is something, or for a while.</summary>
        public async Task WaitAsync(TimeSpan limit, TimeProvider clock, CancellationToken ct)
        {
            using var patience = new CancellationTokenSource(limit, clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
            try
            {
                await _signal.Reader.ReadAsync(both.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
            }
        }
    }
}

/// <summary>Section <c>CatalogueRelay</c>.</summary>
internal sealed class RelayOptions
{
    /// <summary>After a failure; doubled with each further one.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest of these.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often all catalogues are looked through: the net below being told.</summary>
    public TimeSpan Look { get; set; } = TimeSpan.FromMinutes(5);
}
