using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts;
using Platform.ServiceDefaults;

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

    /// <summary>
    /// Which indicators name these values; in the order asked, without matches where nothing is known. They come from the
    /// body or, in v1, from the query string, one <c>values</c> each.
    /// </summary>
    private static async Task<Results<Ok<LookupResults>, FaultResult>> Lookup(
        OptionalBody<LookupRequest> body, [FromQuery] string[]? values, LookUpValues lookUp, IValidator<LookupRequest> validator, CancellationToken ct)
    {
        if (body.Value is { } request)
        {
            return TypedResults.Ok(await lookUp.RunAsync(request.Values, ct));
        }

        var outcome = validator.Validate(new LookupRequest(values ?? []));
        return outcome.IsValid ? TypedResults.Ok(await lookUp.RunAsync(values!, ct)) : Faults.Invalid("values", outcome.Errors[0].ErrorMessage);
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
