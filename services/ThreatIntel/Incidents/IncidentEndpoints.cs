using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Assets;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Incidents;

/// <summary>Incidents, their status and their timelines.</summary>
internal static class IncidentEndpoints
{
    private const string MayRead = "read:incidents";
    private const string MayWrite = "write:incidents";

    private static readonly Sorts<Incident> Sorts = Sorts<Incident>.By(i => i.Id)
        .Add("opened_at", i => i.OpenedAt).Add("updated_at", i => i.UpdatedAt).Add("title", i => i.Title).Default("opened_at", descending: true);

    private static readonly Sorts<IncidentLog> LogSorts = Sorts<IncidentLog>.By(log => log.Id).Add("timestamp", log => log.At).Default("timestamp", descending: true);

    public static IEndpointRouteBuilder MapIncidents(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/infrastructure/incidents").WithTags("Incidents");
        group.MapGet("/", List).RequirePermission(MayRead).WithPaging(20, 100);
        group.MapGet("/logs", Logs).RequirePermission(MayRead).WithPaging(20, 100);
        group.MapGet("/{id:guid}", Get).RequirePermission(MayRead);
        group.MapPost("/", Create).RequirePermission(MayWrite).WithIdempotency();
        group.MapPut("/{id:guid}", Replace).RequirePermission(MayWrite);
        group.MapPatch("/{id:guid}", Change).RequirePermission(MayWrite);
        group.MapDelete("/{id:guid}", Delete).RequirePermission("delete:incidents", orElse: MayWrite).Audited("incident_deleted", "incident");
        group.MapGet("/{id:guid}/timeline", Timeline).RequirePermission(MayRead).WithPaging(20, 100);
        group.MapPost("/{id:guid}/timeline", Remark).RequirePermission(MayWrite).WithIdempotency();
        return api;
    }

    /// <summary>Incidents by status, severity, asset or object, newest first.</summary>
    private static async Task<PageResult<IncidentResource>> List(
        PageRequest page, HttpRequest request, ThreatIntelDb db, CallContext call,
        string? status, string? severity, Guid? asset_id, string? object_ref, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var ofStatus = query.OneOf("status", "", IncidentStatus.All);
        var ofSeverity = query.OneOf("severity", "", Asset.Levels);
        query.ThrowIfInvalid();
        var incidents = Visible(db, call).AsNoTracking();
        incidents = ofStatus.Length == 0 ? incidents : incidents.Where(i => i.Status == ofStatus);
        incidents = ofSeverity.Length == 0 ? incidents : incidents.Where(i => i.Severity == ofSeverity);
        incidents = asset_id is not { } asset ? incidents : incidents.Where(i => i.AssetIds.Contains(asset));
        if (!string.IsNullOrEmpty(object_ref))
        {
            // What is hidden cannot be searched for either.
            var hidden = await HiddenAsync(db, call, [object_ref], ct);
            incidents = incidents.Where(i => i.ObjectRefs.Contains(object_ref) && hidden.Count == 0);
        }

        var found = await incidents.ToPageAsync(page, Sorts, ct);
        var hiddenRefs = await HiddenAsync(db, call, [.. found.Items.SelectMany(i => i.ObjectRefs)], ct);
        return found.Select(i => IncidentResource.From(i, hiddenRefs)).ToResult();
    }

    /// <summary>What happened in all incidents, newest first.</summary>
    private static async Task<PageResult<IncidentLogResource>> Logs(
        PageRequest page, HttpRequest request, ThreatIntelDb db, CallContext call, string? start_date, string? end_date, string? severity, CancellationToken ct)
    {
        var query = new QueryReader(request.Query);
        var from = query.Time("start_date");
        var to = query.Time("end_date");
        // A day without an hour is meant to its end.
        to = end_date is { Length: 10 } ? to?.AddDays(1) : to;
        var ofSeverity = query.OneOf("severity", "", Asset.Levels);
        if (to < from)
        {
            query.Fault("end_date", "must not be earlier than start_date");
        }

        query.ThrowIfInvalid();
        var visible = Visible(db, call);
        var logs = db.IncidentLogs.AsNoTracking().Where(log => visible.Any(i => i.Id == log.IncidentId));
        logs = from is { } start ? logs.Where(log => log.At >= start) : logs;
        logs = to is { } end ? logs.Where(log => log.At < end) : logs;
        logs = ofSeverity.Length == 0 ? logs : logs.Where(log => log.Severity == ofSeverity);
        return (await logs.ToPageAsync(page, LogSorts, ct)).Select(IncidentLogResource.From).ToResult();
    }

    /// <summary>One incident.</summary>
    private static async Task<Results<Ok<IncidentResource>, FaultResult>> Get(Guid id, HttpResponse response, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        await Visible(db, call).AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct) is { } incident
            ? TypedResults.Ok(await ShowAsync(incident, response, db, call, ct))
            : Faults.NotFound("incident");

    /// <summary>Opens an incident.</summary>
    private static async Task<Results<Created<IncidentResource>, FaultResult>> Create(
        Body<WriteIncident> body, HttpContext context, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (body.Value.Tlp > call.Clearance)
        {
            return Faults.Invalid("tlp", "is above your clearance");
        }

        if (body.Value.Status != IncidentStatus.Open)
        {
            return Faults.Invalid("status", "must be open at the beginning");
        }

        var now = clock.GetUtcNow();
        var incident = new Incident
        {
            Id = Guid.CreateVersion7(now),
            TenantId = call.TenantId,
            Title = "",
            Severity = "",
            Status = IncidentStatus.Open,
            OpenedAt = now,
        };
        Write(incident, body.Value, now);
        db.OpenIncident(incident, "Opened.", call.Subject, now);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(context.Infrastructure($"incidents/{incident.Id}"), await ShowAsync(incident, context.Response, db, call, ct));
    }

    /// <summary>Replaces an incident; 409 where the status cannot follow.</summary>
    private static Task<Results<Ok<IncidentResource>, FaultResult>> Replace(
        Guid id, Body<WriteIncident> body, HttpContext context, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, _ => Task.FromResult(body.Value), context, db, call, clock, ct);

    /// <summary>Changes an incident by a JSON Merge Patch (RFC 7396); 409 where the status cannot follow.</summary>
    private static Task<Results<Ok<IncidentResource>, FaultResult>> Change(
        Guid id, Patch<WriteIncident> patch, HttpContext context, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(
            id,
            i => patch.ApplyAsync(new WriteIncident(i.Title, i.Description, i.Severity, i.Status, i.Tlp, i.Assignee, i.ObjectRefs, i.AssetIds)),
            context, db, call, clock, ct);

    /// <summary>Deletes an incident with its timeline.</summary>
    private static async Task<Results<NoContent, FaultResult>> Delete(Guid id, HttpRequest request, ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        if (await Visible(db, call).SingleOrDefaultAsync(i => i.Id == id, ct) is not { } incident)
        {
            return TypedResults.NoContent();
        }

        if (!request.IfMatch(incident.Version))
        {
            return Faults.PreconditionFailed();
        }

        db.IncidentLogs.RemoveRange(await db.IncidentLogs.Where(log => log.IncidentId == id).ToListAsync(ct));
        db.Incidents.Remove(incident);
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>What happened in one incident, newest first.</summary>
    private static async Task<Results<PageResult<IncidentLogResource>, FaultResult>> Timeline(
        Guid id, PageRequest page, ThreatIntelDb db, CallContext call, CancellationToken ct) =>
        await Visible(db, call).AnyAsync(i => i.Id == id, ct)
            ? (await db.IncidentLogs.AsNoTracking().Where(log => log.IncidentId == id).ToPageAsync(page, LogSorts, ct)).Select(IncidentLogResource.From).ToResult()
            : Faults.NotFound("incident");

    /// <summary>Adds a remark to the timeline.</summary>
    private static async Task<Results<Created<IncidentLogResource>, FaultResult>> Remark(
        Guid id, Body<AddRemark> body, HttpContext context, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await Visible(db, call).AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct) is not { } incident)
        {
            return Faults.NotFound("incident");
        }

        var log = db.Log(incident, "comment", body.Value.Message, call.Subject, clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(context.Infrastructure($"incidents/{id}/timeline"), IncidentLogResource.From(log));
    }

    private static async Task<Results<Ok<IncidentResource>, FaultResult>> UpdateAsync(
        Guid id, Func<Incident, Task<WriteIncident>> edit, HttpContext context, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        if (await Visible(db, call).SingleOrDefaultAsync(i => i.Id == id, ct) is not { } incident)
        {
            return Faults.NotFound("incident");
        }

        if (!context.Request.IfMatch(incident.Version))
        {
            return Faults.PreconditionFailed();
        }

        var wanted = await edit(incident);
        if (wanted.Tlp > call.Clearance)
        {
            return Faults.Invalid("tlp", "is above your clearance");
        }

        if (wanted.Status != incident.Status && !IncidentStatus.CanFollow(incident.Status, wanted.Status))
        {
            return Faults.Conflict($"An incident that is {incident.Status} cannot become {wanted.Status}.");
        }

        var now = clock.GetUtcNow();
        // References that the caller cannot see are not theirs to take away.
        var hidden = await HiddenAsync(db, call, incident.ObjectRefs, ct);
        var kept = incident.ObjectRefs.Where(hidden.Contains);
        var before = incident.Status;
        Write(incident, wanted with { ObjectRefs = [.. (wanted.ObjectRefs ?? []).Concat(kept).Distinct()] }, now);
        if (wanted.Status != before)
        {
            incident.Enter(wanted.Status, now);
        }

        db.Log(incident, wanted.Status == before ? "changed" : "status", wanted.Status == before ? "Changed." : $"{before} → {wanted.Status}", call.Subject, now);
        db.Publish(new IncidentUpdated(incident.Id, incident.Status, incident.Severity, incident.Tlp, incident.Version));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(await ShowAsync(incident, context.Response, db, call, ct));
    }

    private static void Write(Incident incident, WriteIncident wanted, DateTimeOffset now)
    {
        incident.Title = wanted.Title;
        incident.Description = wanted.Description;
        incident.Severity = wanted.Severity;
        incident.Tlp = wanted.Tlp;
        incident.Assignee = wanted.Assignee;
        incident.ObjectRefs = [.. wanted.ObjectRefs ?? []];
        incident.AssetIds = [.. wanted.AssetIds ?? []];
        incident.UpdatedAt = now;
        incident.Version++;
    }

    private static IQueryable<Incident> Visible(ThreatIntelDb db, CallContext call)
    {
        var clearance = call.Clearance;
        return db.Incidents.Where(i => i.Tlp <= clearance);
    }

    private static async Task<IncidentResource> ShowAsync(Incident incident, HttpResponse response, ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        response.SetETag(incident.Version);
        return IncidentResource.From(incident, await HiddenAsync(db, call, incident.ObjectRefs, ct));
    }

    /// <summary>Which of these objects the caller does not see: hidden, or stored nowhere, which nobody tells apart.</summary>
    private static async Task<HashSet<string>> HiddenAsync(ThreatIntelDb db, CallContext call, string[] refs, CancellationToken ct)
    {
        HashSet<string> hidden = call.Clearance == TlpLevel.Red ? [] : [.. refs];
        if (hidden.Count > 0)
        {
            hidden.ExceptWith(await db.Objects.AsNoTracking().VisibleTo(call.Clearance).Where(o => refs.Contains(o.StixId)).Select(o => o.StixId).ToListAsync(ct));
        }

        return hidden;
    }
}
