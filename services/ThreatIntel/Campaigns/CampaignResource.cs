using FluentValidation;
using Platform.Contracts;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Campaigns;

/// <summary>A campaign.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">What is known of it.</param>
/// <param name="Aliases">Other names.</param>
/// <param name="Objective">What it is for.</param>
/// <param name="Status">active, ended, planned or revoked: see the status filter.</param>
/// <param name="ThreatActorIds">Whom it is attributed to, threat actors and intrusion sets.</param>
/// <param name="FirstSeen">First seen.</param>
/// <param name="LastSeen">Last seen.</param>
/// <param name="Labels">Labels.</param>
/// <param name="Confidence">0 to 100.</param>
/// <param name="ExternalId">Such as ATT&amp;CK's C0022.</param>
/// <param name="Url">Where <paramref name="ExternalId"/> leads.</param>
/// <param name="Tlp">Its level.</param>
/// <param name="Revoked">Whether it was revoked.</param>
/// <param name="Deprecated">Whether ATT&amp;CK deprecated it.</param>
/// <param name="Created">STIX <c>created</c>.</param>
/// <param name="Modified">STIX <c>modified</c>.</param>
internal sealed record CampaignResource(
    string Id,
    string Name,
    string? Description,
    IReadOnlyList<string> Aliases,
    string? Objective,
    string Status,
    IReadOnlyList<string> ThreatActorIds,
    DateTimeOffset? FirstSeen,
    DateTimeOffset? LastSeen,
    IReadOnlyList<string> Labels,
    int? Confidence,
    string? ExternalId,
    string? Url,
    TlpLevel Tlp,
    bool Revoked,
    bool Deprecated,
    DateTimeOffset? Created,
    DateTimeOffset Modified)
{
    public static CampaignResource From(Campaign campaign, IEnumerable<string> actors, DateTimeOffset now) => new(
        campaign.StixId, campaign.Name, campaign.Description, campaign.Aliases, campaign.Objective, CampaignStatus.Of(campaign, now), [.. actors],
        campaign.FirstSeen, campaign.LastSeen, campaign.Labels, campaign.Confidence, campaign.ExternalId, campaign.Url, campaign.Tlp,
        campaign.Revoked, campaign.Deprecated, campaign.Created, campaign.Modified);
}

/// <summary>A new campaign.</summary>
internal sealed record CreateCampaign(
    string Name,
    string? Description = null,
    IReadOnlyList<string>? Aliases = null,
    string? Objective = null,
    DateTimeOffset? FirstSeen = null,
    DateTimeOffset? LastSeen = null,
    IReadOnlyList<string>? Labels = null,
    int? Confidence = null,
    TlpLevel Tlp = TlpLevel.Clear)
{
    /// <summary>What a client may change of a campaign, as it is now.</summary>
    public static CreateCampaign Of(Campaign campaign) => new(
        campaign.Name, campaign.Description, campaign.Aliases, campaign.Objective, campaign.FirstSeen, campaign.LastSeen, campaign.Labels,
        campaign.Confidence, campaign.Tlp);

    public StixDraft Write(StixDraft draft, MarkingLevels? markings = null) => draft
        .Add("name", Name).Add("description", Description).Add("aliases", Aliases).Add("objective", Objective)
        .Add("first_seen", FirstSeen).Add("last_seen", LastSeen).Add("labels", Labels).Add("confidence", Confidence)
        .Mark(Tlp, markings);
}

internal sealed class CreateCampaignValidator : AbstractValidator<CreateCampaign>
{
    public CreateCampaignValidator()
    {
        RuleFor(c => c.Name).NotEmpty().MaximumLength(500);
        RuleFor(c => c.Confidence).InclusiveBetween(0, 100);
        RuleFor(c => c.LastSeen).GreaterThanOrEqualTo(c => c.FirstSeen).When(c => c.FirstSeen is not null && c.LastSeen is not null)
            .WithMessage("must not be earlier than first_seen");
    }
}
