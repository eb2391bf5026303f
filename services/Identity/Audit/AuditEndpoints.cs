using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Audit;

/// <summary>The audit log of the caller's tenant.</summary>
internal static class AuditEndpoints
{
    private static readonly Sorts<AuditEntry> Sorts = Sorts<AuditEntry>.By(a => a.Id).Add("at", a => a.At).Default("at", descending: true);

    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("/audit").WithTags("audit").RequirePermission("read:audit");
        audit.MapGet("/", ListAsync).WithPaging(defaultLimit: 50, maxLimit: 500).WithSummary("Search the audit log");
        audit.MapGet("/verify", VerifyAsync).WithSummary("Check the audit log's chain");
        audit.MapGet("/export", ExportAsync).Unwrapped().WithSummary("Download the audit log");
    }

    /// <summary>
    /// Newest first. <c>from</c> is included, <c>to</c> is not; <c>resource</c> is a whole <c>kind/id</c> or a kind.
    /// </summary>
    private static async Task<PageResult<AuditView>> ListAsync(PageRequest page, AuditFilter filter, IdentityDb db, CancellationToken ct) =>
        (await filter.Apply(db.Audit.AsNoTracking()).ToPageAsync(page, Sorts, ct)).Select(AuditView.From).ToResult();

    /// <summary>
    /// Computes every hash of the tenant's log again and compares the end with the signed head: <c>valid</c> is false, with
    /// the place, when an entry was changed, added, removed or moved.
    /// </summary>
    private static async Task<Ok<AuditVerification>> VerifyAsync(CallContext call, VerifyAudit verify, CancellationToken ct) =>
        TypedResults.Ok(await verify.RunAsync(call.TenantId, ct));

    /// <summary><c>format</c> is <c>jsonl</c> (JSON Lines) or <c>csv</c>; oldest first, as a stream. Exports are audited.</summary>
    private static async Task<Results<PushStreamHttpResult, FaultResult>> ExportAsync(
        string? format, AuditFilter filter, CallContext call, ClientOrigin origin, IdentityDb db, AuditTrail audit, HttpResponse response, CancellationToken ct)
    {
        if (format is not (null or "jsonl" or "csv"))
        {
            return Faults.Invalid("format", "must be jsonl or csv");
        }

        audit.Record(db, call.TenantId, AuditActions.AuditExported, "audit", Outcomes.Success, call.Subject, origin.Address, ("format", format ?? "jsonl"));
        await db.SaveChangesAsync(ct);
        response.Headers.CacheControl = "no-store";
        var entries = filter.Apply(db.Audit.AsNoTracking()).OrderBy(a => a.At).ThenBy(a => a.Id).AsAsyncEnumerable();
        return format == "csv"
            ? TypedResults.Stream(stream => AuditExport.WriteCsvAsync(entries, stream, ct), "text/csv; charset=utf-8", "audit.csv")
            : TypedResults.Stream(stream => AuditExport.WriteJsonLinesAsync(entries, stream, ct), "application/jsonl", "audit.jsonl");
    }
}

/// <summary>Which entries of the log are wanted.</summary>
internal sealed record AuditFilter(DateTimeOffset? From, DateTimeOffset? To, string? Actor, string? Action, string? Resource, string? Outcome)
{
    private const int MaxLength = 200;

    /// <summary>Called by the framework.</summary>
    public static ValueTask<AuditFilter?> BindAsync(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        var filter = new AuditFilter(
            Time(query, "from"), Time(query, "to"), Text(query, "actor"), Text(query, "action"), Text(query, "resource"),
            query.OneOf("outcome", "", Outcomes.Success, Outcomes.Refused, Outcomes.Failed) is { Length: > 0 } outcome ? outcome : null);
        query.ThrowIfInvalid();
        return ValueTask.FromResult<AuditFilter?>(filter);
    }

    public IQueryable<AuditEntry> Apply(IQueryable<AuditEntry> entries)
    {
        entries = From is { } from ? entries.Where(a => a.At >= from) : entries;
        entries = To is { } to ? entries.Where(a => a.At < to) : entries;
        entries = Actor is { } actor ? entries.Where(a => a.ActorId == actor) : entries;
        entries = Action is { } action ? entries.Where(a => a.Action == action) : entries;
        entries = Outcome is { } outcome ? entries.Where(a => a.Outcome == outcome) : entries;
        return Resource switch
        {
            null => entries,
            var whole when whole.Contains('/', StringComparison.Ordinal) => entries.Where(a => a.Resource == whole),
            var kind => entries.Where(a => a.Resource == kind || a.Resource.StartsWith(kind + "/")),
        };
    }

    private static string? Text(QueryReader query, string name)
    {
        var text = query.Text(name);
        if (text?.Length > MaxLength || text?.Contains('\0', StringComparison.Ordinal) == true)
        {
            query.Fault(name, $"must be at most {MaxLength} characters, none of them U+0000");
            return null;
        }

        return text;
    }

    private static DateTimeOffset? Time(QueryReader query, string name)
    {
        if (query.Text(name) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time))
        {
            return time.ToUniversalTime();
        }

        query.Fault(name, "must be a time of ISO 8601");
        return null;
    }
}

/// <summary>An entry of the audit log.</summary>
/// <param name="Id">Its id.</param>
/// <param name="At">When it happened (first).</param>
/// <param name="LastAt">When it happened last, where it is a repeated refusal.</param>
/// <param name="Count">How often it happened in that minute.</param>
/// <param name="Action">What was done.</param>
/// <param name="Resource">To what, as <c>kind/id</c>.</param>
/// <param name="Outcome">success, refused or failed.</param>
/// <param name="ActorId">By whom, where known and not erased.</param>
/// <param name="Address">From where, where known and not erased.</param>
/// <param name="Details">Further facts.</param>
/// <param name="Seq">Its place in the chain, once it has one.</param>
/// <param name="Hash">The chain's hash at this place, hexadecimal.</param>
/// <param name="ErasedAt">When its personal part was erased.</param>
internal sealed record AuditView(
    Guid Id,
    DateTimeOffset At,
    DateTimeOffset? LastAt,
    int Count,
    string Action,
    string Resource,
    string Outcome,
    string? ActorId,
    string? Address,
    IReadOnlyDictionary<string, string>? Details,
    long? Seq,
    string? Hash,
    DateTimeOffset? ErasedAt)
{
    internal static AuditView From(AuditEntry a) => new(
        a.Id, a.At, a.LastAt, a.Count, a.Action, a.Resource, a.Outcome, a.ActorId, a.Address,
        a.Details is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(a.Details),
        a.Seq, a.Hash is null ? null : Convert.ToHexStringLower(a.Hash), a.ErasedAt);
}
