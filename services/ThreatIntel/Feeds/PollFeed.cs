using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Feeds;

/// <summary>
/// One look at a source. The objects come in by imports, which are kept before the place in the source moves on: what was
/// read cannot be lost, and what is read twice changes nothing.
/// </summary>
internal sealed partial class PollFeed(NpgsqlDataSource source, IServiceScopeFactory scopes, TimeProvider clock, ILogger<PollFeed> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);

    /// <summary>Polls the feed unless somebody else is at it.</summary>
    public async Task RunAsync(Guid tenantId, Guid feedId, CancellationToken ct)
    {
        await using var guard = await source.OpenConnectionAsync(ct);
        await using (var take = new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtextextended($1, 7160303))", guard))
        {
            take.Parameters.Add(new() { Value = feedId.ToString("N") });
            if (await take.ExecuteScalarAsync(ct) is not true)
            {
                return;
            }
        }

        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await PollAsync(scope.ServiceProvider, tenantId, feedId, ct);
        }
        finally
        {
            await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", guard);
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    /// <summary>How long a source that failed is left alone: a minute, and twice as long each time.</summary>
    public static TimeSpan PauseAfter(int failures)
    {
        var pause = FirstPause * Math.Pow(2, Math.Clamp(failures - 1, 0, 20));
        return pause < LongestPause ? pause : LongestPause;
    }

    private async Task PollAsync(IServiceProvider services, Guid tenantId, Guid feedId, CancellationToken ct)
    {
        var call = services.GetRequiredService<CallContext>();
        call.Enter(Caller.ForService(tenantId, ThreatIntelSetup.ServiceName));
        var db = services.GetRequiredService<ThreatIntelDb>();
        if (await db.Feeds.SingleOrDefaultAsync(f => f.Id == feedId, ct) is not { } feed
            || await RunOfAsync(db, feed, ct) is not { } run)
        {
            return;
        }

        var caller = call.Caller with { Subject = feed.Actor, Clearance = feed.Clearance };
        call.Enter(caller);
        run.Status = FeedRunStatus.Running;
        await db.SaveChangesAsync(ct);
        var message = await ReadAsync(services, feed, run, caller, ct);
        var now = clock.GetUtcNow();
        feed.LastPolledAt = now;
        feed.Failures = message is null ? 0 : feed.Failures + 1;
        feed.NextPollAt = now + (message is null ? TimeSpan.FromSeconds(feed.IntervalSeconds) : PauseAfter(feed.Failures));
        (run.Status, run.Message, run.FinishedAt) = (message is null ? FeedRunStatus.Completed : FeedRunStatus.Failed, message, now);
        await db.SaveChangesAsync(ct);
        await ForgetAsync(db, feedId, ct);
    }

    /// <summary>The run that was asked for or cut off, or a new one where it is time.</summary>
    private async Task<FeedRun?> RunOfAsync(ThreatIntelDb db, Feed feed, CancellationToken ct)
    {
        if (await db.FeedRuns.Where(r => r.FeedId == feed.Id && r.FinishedAt == null).OrderBy(r => r.Id).FirstOrDefaultAsync(ct) is { } waiting)
        {
            return waiting;
        }

        var now = clock.GetUtcNow();
        if (!feed.Enabled || feed.NextPollAt > now)
        {
            return null; // somebody else has been at it meanwhile
        }

        var run = new FeedRun { Id = Guid.CreateVersion7(now), TenantId = feed.TenantId, FeedId = feed.Id, CreatedAt = now };
        db.FeedRuns.Add(run);
        return run;
    }

    /// <summary>What went wrong, or null.</summary>
    private async Task<string?> ReadAsync(IServiceProvider services, Feed feed, FeedRun run, Caller caller, CancellationToken ct)
    {
        try
        {
            await (feed.Kind == FeedKind.Taxii ? services.GetRequiredService<ReadTaxiiFeed>().ReadAsync(feed, run, caller, ct)
                : ReadMispFeed.IsManifest(feed) ? services.GetRequiredService<ReadMispFeed>().ReadAsync(feed, run, caller, ct)
                : services.GetRequiredService<ReadDocumentFeed>().ReadAsync(feed, run, caller, ct));
            return null;
        }
        catch (FeedException exception)
        {
            LogFailed(log, exception, feed.Id);
            return exception.Message;
        }
        catch (FaultException exception)
        {
            return exception.Fault.Message;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            LogFailed(log, exception, feed.Id);
            return exception is OutboundRefusedException refused ? refused.Message : "The source's answer ended early.";
        }
    }

    private static async Task ForgetAsync(ThreatIntelDb db, Guid feedId, CancellationToken ct)
    {
        var old = db.FeedRuns.Where(r => r.FeedId == feedId).OrderByDescending(r => r.Id).Skip(FeedRun.Kept).Select(r => r.Id);
        await db.FeedRuns.Where(r => r.FeedId == feedId && old.Contains(r.Id)).ExecuteDeleteAsync(ct);
    }

    [LoggerMessage(LogLevel.Warning, "Feed {Feed} could not be read")]
    private static partial void LogFailed(ILogger logger, Exception exception, Guid feed);
}
