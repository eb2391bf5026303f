using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
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
    private static async Task<Ok<LookupResults>> Lookup(Body<LookupRequest> body, ThreatIntelDb db, CallContext call, CancellationToken ct)
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

        var found = await FindAsync(db, [.. keys], call.Clearance, ct);
        var results = new LookupResult[candidates.Length];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = ResultOf(asked[i], candidates[i], found);
        }

        return TypedResults.Ok(new LookupResults(results));
    }

    private static async Task<Dictionary<Guid, List<LookupMatch>>> FindAsync(ThreatIntelDb db, Guid[] keys, TlpLevel clearance, CancellationToken ct)
    {
        var rows = db.IndicatorValues.AsNoTracking().Where(v => keys.Contains(v.ValueKey) && v.Tlp <= clearance)
            .Join(
                db.Indicators.VisibleTo(clearance).Where(i => !i.Revoked),
                v => new { v.StixId, v.Tlp },
                i => new { i.StixId, i.Tlp },
                (v, i) => new { v.ValueKey, Match = new LookupMatch(i.StixId, i.Name, v.Type, i.Severity, i.Confidence, i.Tlp, i.ValidUntil) })
            .AsAsyncEnumerable();
        var found = new Dictionary<Guid, List<LookupMatch>>();
        await foreach (var row in rows.WithCancellation(ct))
        {
            if (!found.TryGetValue(row.ValueKey, out var matches))
            {
                found.Add(row.ValueKey, matches = []);
            }

            matches.Add(row.Match);
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
internal sealed record LookupMatch(
    string Id, string Name, string IndicatorType, string? Severity, int? Confidence, TlpLevel Tlp, DateTimeOffset? ValidUntil);

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
