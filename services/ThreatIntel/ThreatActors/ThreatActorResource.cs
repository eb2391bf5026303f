using FluentValidation;
using Platform.Contracts;
using Platform.ThreatIntel.Objects;
using Stix;

namespace Platform.ThreatIntel.ThreatActors;

/// <summary>A threat actor or intrusion set.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="Type"><c>threat-actor</c> or <c>intrusion-set</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">What is known of it.</param>
/// <param name="Aliases">Other names.</param>
/// <param name="Country">ISO 3166 code: its own property, else that of a location it is related to.</param>
/// <param name="Active">Neither revoked nor deprecated, and not unseen for more than a year.</param>
/// <param name="Sophistication">STIX <c>threat-actor-sophistication-ov</c>.</param>
/// <param name="ResourceLevel">STIX <c>attack-resource-level-ov</c>.</param>
/// <param name="Motivations">STIX <c>attack-motivation-ov</c>, the primary one first.</param>
/// <param name="ActorTypes">STIX <c>threat-actor-type-ov</c>.</param>
/// <param name="Roles">STIX <c>threat-actor-role-ov</c>.</param>
/// <param name="Goals">What it wants.</param>
/// <param name="Labels">Labels.</param>
/// <param name="Confidence">0 to 100.</param>
/// <param name="ExternalId">Such as ATT&amp;CK's G0007.</param>
/// <param name="Url">Where <paramref name="ExternalId"/> leads.</param>
/// <param name="FirstSeen">First seen.</param>
/// <param name="LastSeen">Last seen.</param>
/// <param name="Tlp">Its level.</param>
/// <param name="Revoked">Whether it was revoked.</param>
/// <param name="Deprecated">Whether ATT&amp;CK deprecated it.</param>
/// <param name="Created">STIX <c>created</c>.</param>
/// <param name="Modified">STIX <c>modified</c>.</param>
internal sealed record ThreatActorResource(
    string Id,
    string Type,
    string Name,
    string? Description,
    IReadOnlyList<string> Aliases,
    string? Country,
    bool Active,
    string? Sophistication,
    string? ResourceLevel,
    IReadOnlyList<string> Motivations,
    IReadOnlyList<string> ActorTypes,
    IReadOnlyList<string> Roles,
    IReadOnlyList<string> Goals,
    IReadOnlyList<string> Labels,
    int? Confidence,
    string? ExternalId,
    string? Url,
    DateTimeOffset? FirstSeen,
    DateTimeOffset? LastSeen,
    TlpLevel Tlp,
    bool Revoked,
    bool Deprecated,
    DateTimeOffset? Created,
    DateTimeOffset Modified)
{
    private static readonly TimeSpan Silence = TimeSpan.FromDays(365);

    /// <summary>Who was last seen before this is not active.</summary>
    public static DateTimeOffset ActiveSince(TimeProvider clock) => clock.GetUtcNow() - Silence;

    public static ThreatActorResource From(ThreatActor actor, string? locatedIn, DateTimeOffset activeSince) => new(
        actor.StixId, actor.Type, actor.Name, actor.Description, actor.Aliases, actor.Country ?? locatedIn,
        !actor.Revoked && !actor.Deprecated && (actor.LastSeen is null || actor.LastSeen >= activeSince),
        actor.Sophistication, actor.ResourceLevel, actor.Motivations, actor.ActorTypes, actor.Roles, actor.Goals, actor.Labels, actor.Confidence,
        actor.ExternalId, actor.Url, actor.FirstSeen, actor.LastSeen, actor.Tlp, actor.Revoked, actor.Deprecated, actor.Created, actor.Modified);
}

/// <summary>A new threat actor; lists may be absent.</summary>
internal sealed record CreateThreatActor(
    string Name,
    string Type = StixTypes.ThreatActor,
    string? Description = null,
    IReadOnlyList<string>? Aliases = null,
    string? Country = null,
    string? Sophistication = null,
    string? ResourceLevel = null,
    IReadOnlyList<string>? Motivations = null,
    IReadOnlyList<string>? ActorTypes = null,
    IReadOnlyList<string>? Roles = null,
    IReadOnlyList<string>? Goals = null,
    IReadOnlyList<string>? Labels = null,
    int? Confidence = null,
    DateTimeOffset? FirstSeen = null,
    DateTimeOffset? LastSeen = null,
    TlpLevel Tlp = TlpLevel.Clear)
{
    /// <summary>What a client may change of an actor, as it is now.</summary>
    public static CreateThreatActor Of(ThreatActor actor) => new(
        actor.Name, actor.Type, actor.Description, actor.Aliases, actor.Country, actor.Sophistication, actor.ResourceLevel, actor.Motivations,
        actor.ActorTypes, actor.Roles, actor.Goals, actor.Labels, actor.Confidence, actor.FirstSeen, actor.LastSeen, actor.Tlp);

    public StixDraft Write(StixDraft draft, MarkingLevels? markings = null) => draft
        .Add("name", Name).Add("description", Description).Add("aliases", Aliases).Add("x_country", Country).Remove("country")
        .Add("sophistication", Sophistication).Add("resource_level", ResourceLevel)
        .Add("primary_motivation", Motivations is { Count: > 0 } ? Motivations[0] : null)
        .Add("secondary_motivations", Motivations?.Skip(1).ToArray())
        .Add("threat_actor_types", ActorTypes).Add("roles", Roles).Add("goals", Goals).Add("labels", Labels)
        .Add("confidence", Confidence).Add("first_seen", FirstSeen).Add("last_seen", LastSeen)
        .Mark(Tlp, markings);
}

internal sealed class CreateThreatActorValidator : AbstractValidator<CreateThreatActor>
{
    public CreateThreatActorValidator()
    {
        RuleFor(a => a.Name).NotEmpty().MaximumLength(500);
        RuleFor(a => a.Type).Must(type => type is StixTypes.ThreatActor or StixTypes.IntrusionSet).WithMessage("must be threat-actor or intrusion-set");
        RuleFor(a => a.Country).MaximumLength(100);
        RuleFor(a => a.Confidence).InclusiveBetween(0, 100);
        RuleFor(a => a.LastSeen).GreaterThanOrEqualTo(a => a.FirstSeen).When(a => a.FirstSeen is not null && a.LastSeen is not null)
            .WithMessage("must not be earlier than first_seen");
    }
}
