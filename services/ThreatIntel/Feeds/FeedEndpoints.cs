using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Feeds;

/// <summary>Sources that are read on a schedule.</summary>
internal static class FeedEndpoints
{
    private const string Read = "read:threat_intel";
    private const string Write = "write:threat_intel";

    private static readonly Sorts<Feed> Sorts = Sorts<Feed>.By(f => f.Id).Add("name", f => f.Name).Add("created_at", f => f.CreatedAt).Default("name");

    private static readonly Sorts<FeedRun> RunSorts = Sorts<FeedRun>.By(r => r.Id).Add("created_at", r => r.CreatedAt).Default("created_at", descending: true);

    public static IEndpointRouteBuilder MapFeeds(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/threat-intel/feeds").WithTags("Feeds");
        group.MapGet("/", List).RequirePermission(Read);
        group.MapPost("/", Create).RequirePermission(Write).WithIdempotency().Audited("feed_created", "feed");
        group.MapGet("/{id:guid}", Get).RequirePermission(Read);
        group.MapPut("/{id:guid}", Replace).RequirePermission(Write).Audited("feed_changed", "feed");
        group.MapPatch("/{id:guid}", Change).RequirePermission(Write).Audited("feed_changed", "feed");
        group.MapDelete("/{id:guid}", Delete).RequirePermission("delete:threat_intel", orElse: Write).Audited("feed_deleted", "feed");
        group.MapPost("/{id:guid}/poll", Poll).RequirePermission(Write).Audited("feed_polled", "feed");
        group.MapGet("/{id:guid}/runs", Runs).RequirePermission(Read);
        group.MapGet("/{id:guid}/runs/{run:guid}", Run).RequirePermission(Read);
        return api;
    }

    /// <summary>The feeds that the caller may know of.</summary>
    private static async Task<PageResult<FeedResource>> List(PageRequest page, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        (await Visible(db, call).AsNoTracking().ToPageAsync(page, Sorts, ct)).Select(FeedResource.From).ToResult();

    /// <summary>One feed.</summary>
    private static async Task<Results<Ok<FeedResource>, FaultResult>> Get(Guid id, HttpResponse response, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        await FindAsync(id, db, call, ct) is { } feed ? Show(feed, response) : Faults.NotFound("feed");

    /// <summary>Adds a feed. What it brings in is imported with the rights of the caller; its first poll comes at once.</summary>
    private static async Task<Results<Created<FeedResource>, FaultResult>> Create(
        Body<WriteFeed> body, HttpContext context, ThreatIntelDb db, CallContext call, FeedVault vault, FeedSignal signal, TimeProvider clock, CancellationToken ct)
    {
        if (MissesSecret(body.Value, keeps: false))
        {
            return Faults.Invalid("auth.secret", "is required");
        }

        if (await db.Feeds.CountAsync(ct) >= Feed.Most)
        {
            return Faults.Conflict($"A tenant has at most {Feed.Most} feeds.");
        }

        var now = clock.GetUtcNow();
        var feed = new Feed
        {
            Id = Guid.CreateVersion7(now),
            TenantId = call.TenantId,
            Name = "",
            Kind = "",
            Url = "",
            Actor = call.Subject,
            Clearance = call.Clearance,
            CreatedAt = now,
        };
        body.Value.Write(feed, vault, now);
        db.Feeds.Add(feed);
        await db.SaveChangesAsync(ct);
        signal.Set();
        context.Response.SetETag(feed.Version);
        return TypedResults.Created(context.ThreatIntel($"feeds/{feed.Id}"), FeedResource.From(feed));
    }

    /// <summary>Replaces a feed; the secret stays where none is sent and the host is the same.</summary>
    private static Task<Results<Ok<FeedResource>, FaultResult>> Replace(
        Guid id, Body<WriteFeed> body, HttpContext context, ThreatIntelDb db, CallContext call, FeedVault vault, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, _ => Task.FromResult(body.Value), context, db, call, vault, clock, ct);

    /// <summary>Changes a feed by a JSON Merge Patch (RFC 7396).</summary>
    private static Task<Results<Ok<FeedResource>, FaultResult>> Change(
        Guid id, Patch<WriteFeed> patch, HttpContext context, ThreatIntelDb db, CallContext call, FeedVault vault, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, feed => patch.ApplyAsync(WriteFeed.Of(feed)), context, db, call, vault, clock, ct);

    /// <summary>Deletes a feed and its runs; what it brought in stays.</summary>
    private static async Task<Results<NoContent, FaultResult>> Delete(Guid id, HttpRequest request, ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        if (await FindAsync(id, db, call, ct) is not { } feed)
        {
            return TypedResults.NoContent();
        }

        if (!request.IfMatch(feed.Version))
        {
            return Faults.PreconditionFailed();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.FeedRuns.Where(r => r.FeedId == id).ExecuteDeleteAsync(ct);
        await db.Feeds.Where(f => f.Id == id).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>Polls a feed now, also one that is switched off; the run that waits already is the answer where there is one.</summary>
    private static async Task<Results<Accepted<FeedRunResource>, FaultResult>> Poll(
        Guid id, HttpContext context, ThreatIntelDb db, CallContext call, FeedSignal signal, TimeProvider clock, CancellationToken ct)
    {
        if (await FindAsync(id, db, call, ct) is null)
        {
            return Faults.NotFound("feed");
        }

        var run = await db.FeedRuns.Where(r => r.FeedId == id && r.FinishedAt == null).OrderBy(r => r.Id).FirstOrDefaultAsync(ct);
        if (run is null)
        {
            var now = clock.GetUtcNow();
            run = new FeedRun { Id = Guid.CreateVersion7(now), TenantId = call.TenantId, FeedId = id, CreatedAt = now };
            db.FeedRuns.Add(run);
            await db.SaveChangesAsync(ct);
        }

        signal.Set();
        return TypedResults.Accepted(context.ThreatIntel($"feeds/{id}/runs/{run.Id}"), (await ShowAsync(db, [run], ct))[0]);
    }

    /// <summary>The latest runs of a feed, newest first.</summary>
    private static async Task<Results<PageResult<FeedRunResource>, FaultResult>> Runs(
        Guid id, PageRequest page, ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        if (await FindAsync(id, db, call, ct) is null)
        {
            return Faults.NotFound("feed");
        }

        var runs = await db.FeedRuns.AsNoTracking().Where(r => r.FeedId == id).ToPageAsync(page, RunSorts, ct);
        return new Page<FeedRunResource>(runs.Request, await ShowAsync(db, runs.Items, ct), runs.Total, runs.NextCursor).ToResult();
    }

    /// <summary>One run.</summary>
    private static async Task<Results<Ok<FeedRunResource>, FaultResult>> Run(Guid id, Guid run, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        await FindAsync(id, db, call, ct) is not null && await db.FeedRuns.AsNoTracking().SingleOrDefaultAsync(r => r.FeedId == id && r.Id == run, ct) is { } found
            ? TypedResults.Ok((await ShowAsync(db, [found], ct))[0])
            : Faults.NotFound("run");

    private static async Task<Results<Ok<FeedResource>, FaultResult>> UpdateAsync(
        Guid id, Func<Feed, Task<WriteFeed>> edit, HttpContext context, ThreatIntelDb db, CallContext call, FeedVault vault, TimeProvider clock, CancellationToken ct)
    {
        if (await FindAsync(id, db, call, ct) is not { } feed)
        {
            return Faults.NotFound("feed");
        }

        if (!context.Request.IfMatch(feed.Version))
        {
            return Faults.PreconditionFailed();
        }

        var wanted = await edit(feed);
        if (MissesSecret(wanted, feed.Secret is not null && wanted.KeepsSecretOf(feed)))
        {
            return Faults.Invalid("auth.secret", "must be given again");
        }

        wanted.Write(feed, vault, clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return Show(feed, context.Response);
    }

    private static bool MissesSecret(WriteFeed wanted, bool keeps) => wanted.Auth is { Secret: null, Kind: not FeedAuthKind.None } && !keeps;

    /// <summary>A feed of a higher clearance tells of objects that the caller may not know.</summary>
    private static IQueryable<Feed> Visible(ThreatIntelDb db, CallContext call)
    {
        var clearance = call.Clearance;
        var subject = call.Subject;
        return db.Feeds.Where(f => f.Clearance <= clearance || f.Actor == subject);
    }

    private static Task<Feed?> FindAsync(Guid id, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        Visible(db, call).SingleOrDefaultAsync(f => f.Id == id, ct);

    private static Ok<FeedResource> Show(Feed feed, HttpResponse response)
    {
        response.SetETag(feed.Version);
        return TypedResults.Ok(FeedResource.From(feed));
    }

    private static async Task<IReadOnlyList<FeedRunResource>> ShowAsync(ThreatIntelDb db, IReadOnlyList<FeedRun> runs, CancellationToken ct)
    {
        var ids = runs.SelectMany(run => run.ImportIds).ToArray();
        var imports = ids.Length == 0 ? [] : await db.Imports.AsNoTracking().Where(i => ids.Contains(i.Id)).ToDictionaryAsync(i => i.Id, ct);
        return [.. runs.Select(run => FeedRunResource.From(run, imports))];
    }
}
