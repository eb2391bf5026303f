using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using Platform.Contracts;
using Platform.ThreatIntel.Lifecycle;
using Platform.ThreatIntel.Objects;
using Stix;
using Stix.Patterns;

namespace Platform.ThreatIntel.Indicators;

/// <summary>An indicator.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="Name">Its name, or the value it looks for.</param>
/// <param name="Description">What it is about.</param>
/// <param name="IndicatorType">The type of its first value: ipv4-addr, domain-name, url, md5, sha-256, file-name …</param>
/// <param name="Value">That value, normalised.</param>
/// <param name="Pattern">Its pattern.</param>
/// <param name="PatternType">The language of the pattern: stix, snort, yara …</param>
/// <param name="Severity">low, medium, high or critical, where it states one.</param>
/// <param name="Confidence">0 to 100.</param>
/// <param name="EffectiveConfidence">What its confidence is worth now: it halves with time, and a sighting restores it; 0 when revoked or expired.</param>
/// <param name="LastSighted">When it was last seen, as far as the caller may know.</param>
/// <param name="Warning">The warning list that its value stands on: <c>reserved-addresses</c> or <c>top-domains</c>.</param>
/// <param name="Tlp">Its level.</param>
/// <param name="IndicatorTypes">STIX <c>indicator-type-ov</c>.</param>
/// <param name="Labels">Labels.</param>
/// <param name="KillChainPhases">Names of kill chain phases.</param>
/// <param name="Source">Where it is from.</param>
/// <param name="CreatedByRef">The identity that made it.</param>
/// <param name="ValidFrom">From when it is valid.</param>
/// <param name="ValidUntil">Until when.</param>
/// <param name="Revoked">Whether it was revoked.</param>
/// <param name="Created">STIX <c>created</c>.</param>
/// <param name="Modified">STIX <c>modified</c>.</param>
internal sealed record IndicatorResource(
    string Id,
    string Name,
    string? Description,
    string? IndicatorType,
    string? Value,
    string Pattern,
    string PatternType,
    string? Severity,
    int? Confidence,
    int EffectiveConfidence,
    DateTimeOffset? LastSighted,
    string? Warning,
    TlpLevel Tlp,
    IReadOnlyList<string> IndicatorTypes,
    IReadOnlyList<string> Labels,
    IReadOnlyList<string> KillChainPhases,
    string? Source,
    string? CreatedByRef,
    DateTimeOffset ValidFrom,
    DateTimeOffset? ValidUntil,
    bool Revoked,
    DateTimeOffset? Created,
    DateTimeOffset Modified)
{
    public static IndicatorResource From(Indicator i, DateTimeOffset? lastSighted, DateTimeOffset now)
    {
        var warning = WarningLists.Find(i.IndicatorType, i.Value);
        return new(
            i.StixId, i.Name, i.Description, i.IndicatorType, i.Value, i.Pattern, i.PatternType, i.Severity, i.Confidence,
            Decay.Confidence(i, lastSighted, warning is not null, now), lastSighted, warning, i.Tlp, i.IndicatorTypes,
            i.Labels, i.Phases, i.Source, i.CreatedByRef, i.ValidFrom, i.ValidUntil, i.Revoked, i.Created, i.Modified);
    }
}

/// <summary>A new indicator: either <c>pattern</c>, or <c>indicator_type</c> and <c>value</c>.</summary>
/// <param name="Name">Its name; the value where it is absent.</param>
/// <param name="Pattern">A STIX pattern.</param>
/// <param name="IndicatorType">The type of <paramref name="Value"/>; recognised from it where absent.</param>
/// <param name="Value">The value to look for; defanged ones are refanged.</param>
/// <param name="PatternType">The language of the pattern; only <c>stix</c> patterns are checked.</param>
/// <param name="ValidFrom">Now, where absent.</param>
/// <param name="ValidUntil">No end, where absent.</param>
/// <param name="Confidence">0 to 100.</param>
/// <param name="Severity">low, medium, high or critical.</param>
/// <param name="Tlp">Its level, not above the caller's clearance.</param>
/// <param name="IndicatorTypes">STIX <c>indicator-type-ov</c>.</param>
/// <param name="Labels">Labels.</param>
/// <param name="Description">What it is about.</param>
/// <param name="KillChainPhases">Kill chain phases, as in STIX.</param>
internal sealed record CreateIndicator(
    string? Name = null,
    string? Pattern = null,
    string? IndicatorType = null,
    string? Value = null,
    string PatternType = "stix",
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? ValidUntil = null,
    int? Confidence = null,
    string? Severity = null,
    TlpLevel Tlp = TlpLevel.Clear,
    IReadOnlyList<string>? IndicatorTypes = null,
    IReadOnlyList<string>? Labels = null,
    string? Description = null,
    IReadOnlyList<KillChainPhase>? KillChainPhases = null)
{
    /// <summary>What a client may change of an indicator, as it is now.</summary>
    public static CreateIndicator Of(Indicator i, JsonElement json) => new(
        i.Name, i.Pattern, null, null, i.PatternType, i.ValidFrom, i.ValidUntil, i.Confidence, i.Severity, i.Tlp, i.IndicatorTypes, i.Labels, i.Description,
        KillChainPhase.Of(json));

    /// <summary>A new indicator.</summary>
    public StixDraft ToDraft(DateTimeOffset now) => Write(new StixDraft(StixTypes.Indicator, now), now);

    public StixDraft Write(StixDraft draft, DateTimeOffset now, MarkingLevels? markings = null)
    {
        var observable = string.IsNullOrEmpty(Pattern) ? ToObservable(IndicatorType, Value!) : default(Observable?);
        draft.Add("name", Name ?? observable?.Value ?? "Indicator").Add("description", Description)
            .Add("pattern", observable is { } value ? IndicatorPattern.Of(value) : Pattern).Add("pattern_type", PatternType)
            .Add("valid_from", ValidFrom ?? now).Add("valid_until", ValidUntil).Add("confidence", Confidence)
            .Add("x_severity", Severity).Remove("severity").Add("indicator_types", IndicatorTypes).Add("labels", Labels).Mark(Tlp, markings);
        return KillChainPhases is not { Count: > 0 } ? draft.Remove("kill_chain_phases") : draft.Put("kill_chain_phases", new JsonArray([.. KillChainPhases.Select(phase =>
            new JsonObject { ["kill_chain_name"] = phase.KillChainName, ["phase_name"] = phase.PhaseName })]));
    }

    internal static Observable ToObservable(string? type, string value)
    {
        var refanged = Observables.Refang(value);
        return type is null ? Observables.Recognise(refanged)[0] : Observables.Normalise(Single(type, refanged), refanged);
    }

    /// <summary>The one type behind a name; of a group (ip, hash) the one that the value fits.</summary>
    private static string Single(string type, string value)
    {
        var types = ObservableType.Expand(type);
        var recognised = Observables.Recognise(value)[0].Type;
        return types.Contains(recognised) ? recognised : types[0];
    }
}

/// <summary>A phase of a kill chain (STIX 2.1 section 2.11).</summary>
internal sealed record KillChainPhase(string KillChainName, string PhaseName)
{
    public static List<KillChainPhase> Of(JsonElement item)
    {
        var phases = new List<KillChainPhase>();
        if (item.TryGetProperty("kill_chain_phases", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var phase in list.EnumerateArray())
            {
                if (phase.ValueKind == JsonValueKind.Object && phase.Text("kill_chain_name") is { } chain && phase.Text("phase_name") is { } name)
                {
                    phases.Add(new KillChainPhase(chain, name));
                }
            }
        }

        return phases;
    }
}

internal sealed class CreateIndicatorValidator : AbstractValidator<CreateIndicator>
{
    public CreateIndicatorValidator()
    {
        RuleFor(i => i.Name).MaximumLength(500);
        RuleFor(i => i.Pattern).NotEmpty().When(i => string.IsNullOrWhiteSpace(i.Value)).WithMessage("give either a pattern or a value");
        RuleFor(i => i.Value).Empty().When(i => !string.IsNullOrEmpty(i.Pattern)).WithMessage("give either a pattern or a value");
        RuleFor(i => i.Value).MaximumLength(Observables.MaxLength);
        RuleFor(i => i.Value).Must((i, value) => !IsReserved(i.IndicatorType, value)).WithMessage("is a reserved address that no indicator can be for")
            .When(i => i.IndicatorType is null || IndicatorPattern.Knows(i.IndicatorType));
        RuleFor(i => i.IndicatorType).Must(type => type is null || IndicatorPattern.Knows(type)).WithMessage("is not a type of value that is known");
        RuleFor(i => i.PatternType).NotEmpty().MaximumLength(64);
        RuleFor(i => i.Pattern).Custom((pattern, context) =>
        {
            if (context.InstanceToValidate.PatternType == "stix" && !string.IsNullOrEmpty(pattern) && !PatternReader.TryParse(pattern, out _, out var error))
            {
                context.AddFailure("pattern", error!);
            }
        });
        RuleForEach(i => i.KillChainPhases).Must(phase => phase is { KillChainName.Length: > 0, PhaseName.Length: > 0 })
            .WithMessage("must have kill_chain_name and phase_name");
        RuleForEach(i => i.Labels).NotEmpty();
        RuleForEach(i => i.IndicatorTypes).NotEmpty();
        RuleFor(i => i.Confidence).InclusiveBetween(0, 100);
        RuleFor(i => i.Severity).Must(s => s is null or "low" or "medium" or "high" or "critical").WithMessage("must be one of low, medium, high, critical");
        RuleFor(i => i.ValidUntil).GreaterThan(i => i.ValidFrom).When(i => i.ValidFrom is not null && i.ValidUntil is not null)
            .WithMessage("must be later than valid_from");
    }

    /// <summary>A pattern may name a reserved address beside other things; a value that is one alarms everybody.</summary>
    private static bool IsReserved(string? type, string? value)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Length > Observables.MaxLength)
        {
            return false;
        }

        var observable = CreateIndicator.ToObservable(type, value);
        return WarningLists.Find(observable.Type, observable.Value) == WarningLists.Reserved;
    }
}
