using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Indicators;

namespace Platform.ThreatIntel.Incidents;

/// <summary>Observed events: what firewalls, proxies and sensors have seen.</summary>
internal static class EventEndpoints
{
    private const int MaxRows = 10_000;

    public static IEndpointRouteBuilder MapObservedEvents(this IEndpointRouteBuilder api)
    {
        api.MapPost("/infrastructure/events", Observe).WithTags("Incidents").RequirePermission("write:infrastructure").WithIdempotency()
            .Accepts<IReadOnlyList<ObserveEvent>>("application/json", "application/x-ndjson").WithMetadata(new RequestSizeLimitAttribute(32L << 20));
        return api;
    }

    /// <summary>
    /// Matches up to 10,000 events, from a JSON array or one object a line, against the live indicators. A match is a
    /// sighting; one of high or critical severity is an incident too. The answer names what the caller may know.
    /// </summary>
    private static async Task<Results<Ok<ObservedEvents>, FaultResult>> Observe(
        HttpContext context, ObserveEvents observe, IValidator<ObserveEvent> validator, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var rows = await BulkRows.ReceiveAsync(context.Request, MaxRows, ct);
        var now = clock.GetUtcNow();
        var errors = new List<BulkRow>();
        var events = new List<ObservedEvent>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var (value, faults) = BulkRows.Read(rows[i], context.GetApiVersion() == ApiVersion.V2, validator);
            if (faults is not null)
            {
                errors.Add(BulkRow.Refused(i, faults));
                continue;
            }

            var values = new List<Observable>();
            foreach (var text in (IEnumerable<string>)[.. value!.Values ?? [], .. value.Value is null ? Array.Empty<string>() : [value.Value]])
            {
                values.AddRange(Observables.Recognise(text));
            }

            events.Add(new ObservedEvent(i, values, value.At is { } at && at < now ? at : now, value.AssetId));
        }

        var outcome = await observe.ObserveAsync(events, ct);
        var seen = outcome.Matches.Where(match => match.Indicator.Tlp <= call.Clearance).ToList();
        var indicators = seen.DistinctBy(match => match.Indicator.StixId).ToList();
        return TypedResults.Ok(new ObservedEvents(
            rows.Count, seen.DistinctBy(match => match.Event.Index).Count(), indicators.Count,
            indicators.Count(match => match.Indicator.Severity is "high" or "critical"), errors.Count,
            [.. seen.Select(match => new ObservedMatch(match.Event.Index, match.Indicator.StixId, match.Indicator.Name, match.Indicator.Severity))], errors));
    }
}

/// <summary>An observed event: one value or several.</summary>
/// <param name="Value">An address, domain, URL, hash, e-mail address or file name.</param>
/// <param name="Values">Several of them, such as the two ends of a flow.</param>
/// <param name="At">When; now where absent.</param>
/// <param name="AssetId">At which asset.</param>
internal sealed record ObserveEvent(string? Value = null, IReadOnlyList<string>? Values = null, DateTimeOffset? At = null, Guid? AssetId = null);

/// <summary>What the events led to, as far as the caller may know.</summary>
/// <param name="Received">Rows received.</param>
/// <param name="Matched">Rows that an indicator names.</param>
/// <param name="Sightings">Indicators that were seen; each has a sighting.</param>
/// <param name="Incidents">Indicators whose sighting opened an incident or added to one.</param>
/// <param name="Failed">Rows that could not be read.</param>
/// <param name="Matches">Which row matched which indicator.</param>
/// <param name="Errors">Why rows could not be read.</param>
internal sealed record ObservedEvents(
    int Received, int Matched, int Sightings, int Incidents, int Failed, IReadOnlyList<ObservedMatch> Matches, IReadOnlyList<BulkRow> Errors);

/// <summary>A row that an indicator names.</summary>
internal sealed record ObservedMatch(int Index, string IndicatorId, string Name, string? Severity);

internal sealed class ObserveEventValidator : AbstractValidator<ObserveEvent>
{
    public ObserveEventValidator()
    {
        RuleFor(e => e.Value).NotEmpty().When(e => e.Values is null or { Count: 0 }).WithMessage("is required where there are no values");
        RuleFor(e => e.Value).MaximumLength(Observables.MaxLength);
        RuleFor(e => e.Values).Must(values => values is null || (values.Count <= 20 && values.All(value => value is { Length: > 0 and <= Observables.MaxLength })))
            .WithMessage($"must be at most 20 texts of 1 to {Observables.MaxLength} characters");
    }
}
