using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>
/// Trains tenants whose data changed, one after another, in the background. Where users did something with threat objects,
/// each level of the tenant has a model of its own, learned from nothing but what its graph holds: a model that had seen
/// more could tell of it. After a start it trains the tenants that have a catalogue, without being asked.
/// </summary>
internal sealed partial class ModelTrainer(
    TenantMemories memories, LevelGraphs graphs, ThreatItems threats, IGraphStore store, IOptions<RecommendationOptions> options, TimeProvider clock, ILogger<ModelTrainer> log)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var isRebuilt = false;
        using var timer = new PeriodicTimer(Look, clock);
        do
        {
            try
            {
                if (!isRebuilt)
                {
                    await RebuildAsync(ct);
                    isRebuilt = true;
                }

                foreach (var (tenant, state) in memories.Loaded().ToArray())
                {
                    if (state.TrainedVersion != state.Memory.Version && clock.GetTimestamp() >= state.RestUntil)
                    {
                        await TryTrainAsync(tenant, state, ct);
                    }
                }

                memories.ForgetIdle();
            }
            catch (Exception exception) when (!ct.IsCancellationRequested)
            {
                LogPaused(log, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    /// <summary>What cannot be trained keeps its models, and is tried again after its next change: it must not hold up the others.</summary>
    private async Task TryTrainAsync(Guid tenant, TenantState state, CancellationToken ct)
    {
        var version = state.Memory.Version;
        try
        {
            await TrainAsync(tenant, state, ct);
        }
        catch (Exception exception) when (exception is ArithmeticException or OutOfMemoryException or AggregateException)
        {
            state.Trained(state.Models, version, clock.GetTimestamp());
            LogFailed(log, exception, tenant);
        }
    }

    /// <summary>Trains a tenant from what is known now.</summary>
    public async Task TrainAsync(Guid tenant, TenantState state, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var version = state.Memory.Version;
        var items = state.Memory.Items();
        var models = new Dictionary<TlpLevel, TenantModel>();
        var mentioned = items.Where(i => i.IsThreatObject).Select(i => i.Id).ToArray();
        foreach (var level in mentioned.Length == 0 ? [] : await graphs.LevelsAsync(tenant, ct))
        {
            var seen = await threats.AmongAsync(GraphKey.Of(tenant, level), mentioned, ct);
            Add(level, place => items[place].IsThreatObject ? seen.ContainsKey(items[place].Id) : items[place].IsListed);
        }

        if (models.Count == 0)
        {
            Add(null, place => items[place].IsListed);
        }

        var elapsed = clock.GetElapsedTime(started);
        var rest = TimeSpan.FromTicks(Math.Max(options.Value.RetrainAfter.Ticks, elapsed.Ticks * 10));
        state.Trained(models, version, clock.GetTimestamp() + (long)(rest.TotalSeconds * clock.TimestampFrequency));
        LogTrained(log, tenant, models.Count, elapsed);

        void Add(TlpLevel? level, Func<int, bool> isKnown)
        {
            // What came after the items were listed waits for the next time.
            var (matrix, places) = state.Memory.Matrix(place => place < items.Length && isKnown(place));
            if (matrix.Count > 0)
            {
                var training = ModelTraining.Train(matrix, options.Value.TrainingThreads, ct);
                models[level ?? TlpLevel.Clear] = new TenantModel(level, training, matrix, places, clock.GetUtcNow());
            }
        }
    }

    /// <summary>Loads the tenants that have a catalogue; they are trained by their turn.</summary>
    private async Task RebuildAsync(CancellationToken ct)
    {
        foreach (var graph in await store.ListAsync(ct))
        {
            if (graph is { IsCatalogue: true, Tenant: { } tenant })
            {
                await memories.GetAsync(tenant, ct);
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "Tenant {Tenant}: {Models} models trained in {Elapsed}")]
    private static partial void LogTrained(ILogger logger, Guid tenant, int models, TimeSpan elapsed);

    [LoggerMessage(LogLevel.Error, "Tenant {Tenant} could not be trained; it keeps the models that it has")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid tenant);

    [LoggerMessage(LogLevel.Warning, "Training pauses")]
    private static partial void LogPaused(ILogger logger, Exception exception);
}
