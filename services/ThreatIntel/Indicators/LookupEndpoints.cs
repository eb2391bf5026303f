using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Lifecycle;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Indicators;

/// <summary>Looking up many observables at once: what a SIEM calls.</summary>
internal static class LookupEndpoints
{
    public static IEndpointRouteBuilder MapIndicatorLookup(this IEndpointRouteBuilder api)
    {
        api.MapPost("/threat-intel/indicators/lookup", Lookup).WithTags("Indicators").RequirePermission("read:threat_intel")
            .WithMetadata(new RequestSizeLimitAttribute(8 * 1024 * 1024));
        return api;
    }

    /// <summary>Which indicators name these values; in the order asked, without matches where nothing is known.</summary>
    private static async Task<Ok<LookupResults>> Lookup(
        Body<LookupRequest> body, ThreatIntelDb db, CallContext call, TimeProvider clock, CancellationToken ct)
    {
        var asked = body.Value.Values;
        var candidates = new IReadOnlyList<Observable>[asked.Count];
        var keys = new HashSet<Guid>();
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i] = Observables.Recognise(asked[i]);
            foreach (var candidate in candidates[i])
            {
                keys.Add(candidate.Key);
            }
        }

        var found = await FindAsync(db, [.. keys], call.Clearance, clock.GetUtcNow(), ct);
        var results = new LookupResult[candidates.Length];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = ResultOf(asked[i], candidates[i], found);
        }

        return TypedResults.Ok(new LookupResults(results));
    }

    private static async Task<Dictionary<Guid, List<LookupMatch>>> FindAsync(
        ThreatIntelDb db, Guid[] keys, TlpLevel clearance, DateTimeOffset now, CancellationToken ct)
    {
        var rows = await db.IndicatorValues.AsNoTracking().Where(v => keys.Contains(v.ValueKey) && v.Tlp <= clearance)
            .Join(
                db.Indicators.VisibleTo(clearance).Where(i => !i.Revoked),
                v => new { v.StixId, v.Tlp },
                i => new { i.StixId, i.Tlp },
                (v, i) => new { v.ValueKey, v.Type, v.Value, i.StixId, i.Name, i.IndicatorType, i.Severity, i.Confidence, i.Tlp, i.ValidFrom, i.ValidUntil })
            .ToListAsync(ct);
        var sighted = await LastSightings.ReadAsync(db, clearance, [.. rows.Select(row => row.StixId).Distinct()], ct);
        var found = new Dictionary<Guid, List<LookupMatch>>();
        foreach (var row in rows)
        {
            if (!found.TryGetValue(row.ValueKey, out var matches))
            {
                found.Add(row.ValueKey, matches = []);
            }

            var worth = Decay.Confidence(
                row.Confidence, row.IndicatorType, row.ValidFrom, row.ValidUntil, sighted.TryGetValue(row.StixId, out var at) ? at : null,
                WarningLists.Find(row.Type, row.Value) is not null, now);
            matches.Add(new LookupMatch(row.StixId, row.Name, row.Type, row.Severity, row.Confidence, worth, row.Tlp, row.ValidUntil));
        }

        return found;
    }

    private static LookupResult ResultOf(string value, IReadOnlyList<Observable> candidates, Dictionary<Guid, List<LookupMatch>> found)
    {
        foreach (var candidate in candidates)
        {
            if (found.TryGetValue(candidate.Key, out var matches))
            {
                matches.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
                return new LookupResult(value, candidate.Value, candidate.Type, matches);
            }
        }

        return new LookupResult(value, candidates[0].Value, candidates[0].Type, []);
    }
}

/// <summary>Values to look up: addresses, CIDR ranges, domains, URLs, e-mail addresses, hashes, file names; defanged ones too.</summary>
internal sealed record LookupRequest(IReadOnlyList<string> Values);

/// <summary>One result a value, in the order asked.</summary>
internal sealed record LookupResults(IReadOnlyList<LookupResult> Results);

/// <summary>What is known of a value.</summary>
/// <param name="Value">As it was asked.</param>
/// <param name="Normalized">As it was looked up.</param>
/// <param name="Type">What it was taken for.</param>
/// <param name="Matches">Indicators that name it.</param>
internal sealed record LookupResult(string Value, string Normalized, string Type, IReadOnlyList<LookupMatch> Matches);

/// <summary>An indicator that names the value.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="Name">Its name.</param>
/// <param name="IndicatorType">The type of the value.</param>
/// <param name="Severity">low, medium, high or critical, where it states one.</param>
/// <param name="Confidence">As it was stated, 0 to 100.</param>
/// <param name="EffectiveConfidence">What that is worth now: see the indicator.</param>
/// <param name="Tlp">Its level.</param>
/// <param name="ValidUntil">Until when it is valid.</param>
internal sealed record LookupMatch(
    string Id, string Name, string IndicatorType, string? Severity, int? Confidence, int EffectiveConfidence, TlpLevel Tlp, DateTimeOffset? ValidUntil);

internal sealed class LookupRequestValidator : AbstractValidator<LookupRequest>
{
    public const int MaxValues = 1_000;

    public LookupRequestValidator()
    {
        RuleFor(r => r.Values).NotNull().Must(values => values is null || values.Count is >= 1 and <= MaxValues).WithMessage($"must be 1 to {MaxValues} values");
        RuleFor(r => r.Values).Must(values => values is null || values.All(value => value is { Length: > 0 and <= Observables.MaxLength }))
            .WithMessage($"each must be a text of 1 to {Observables.MaxLength} characters");
    }
}
