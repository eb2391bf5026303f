using FluentValidation;
using Platform.Contracts;
using Platform.ThreatIntel.Assets;
using Stix;

namespace Platform.ThreatIntel.Incidents;

/// <summary>An incident; <paramref name="ObjectRefs"/> are those that the caller may know.</summary>
internal sealed record IncidentResource(
    Guid Id, string Title, string? Description, string Severity, string Status, TlpLevel Tlp, string? Assignee, IReadOnlyList<string> ObjectRefs,
    IReadOnlyList<Guid> AssetIds, DateTimeOffset OpenedAt, DateTimeOffset? TriagedAt, DateTimeOffset? ContainedAt, DateTimeOffset? ResolvedAt, DateTimeOffset UpdatedAt)
{
    public static IncidentResource From(Incident i, IReadOnlySet<string> hidden) => new(
        i.Id, i.Title, i.Description, i.Severity, i.Status, i.Tlp, i.Assignee, [.. i.ObjectRefs.Where(id => !hidden.Contains(id))], i.AssetIds,
        i.OpenedAt, i.TriagedAt, i.ContainedAt, i.ResolvedAt, i.UpdatedAt);
}

/// <summary>An entry of a timeline.</summary>
internal sealed record IncidentLogResource(Guid Id, Guid IncidentId, DateTimeOffset Timestamp, string Kind, string Message, string Actor, string Severity)
{
    public static IncidentLogResource From(IncidentLog log) => new(log.Id, log.IncidentId, log.At, log.Kind, log.Message, log.Actor, log.Severity);
}

/// <summary>What a client may say of an incident.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Description">What happened.</param>
/// <param name="Severity">low, medium, high or critical.</param>
/// <param name="Status">open, triaged, contained or resolved; one step at a time, or straight to resolved.</param>
/// <param name="Tlp">Its level.</param>
/// <param name="Assignee">Who works on it.</param>
/// <param name="ObjectRefs">STIX ids of what it is about.</param>
/// <param name="AssetIds">Assets that are hit.</param>
internal sealed record WriteIncident(
    string Title, string? Description = null, string Severity = "medium", string Status = IncidentStatus.Open, TlpLevel Tlp = TlpLevel.Clear,
    string? Assignee = null, IReadOnlyList<string>? ObjectRefs = null, IReadOnlyList<Guid>? AssetIds = null);

/// <summary>A remark for the timeline.</summary>
internal sealed record AddRemark(string Message);

internal sealed class WriteIncidentValidator : AbstractValidator<WriteIncident>
{
    public WriteIncidentValidator()
    {
        RuleFor(i => i.Title).NotEmpty().MaximumLength(500).Must(IsText).WithMessage("must not hold U+0000");
        RuleFor(i => i.Description).MaximumLength(20_000).Must(IsText).WithMessage("must not hold U+0000");
        RuleFor(i => i.Assignee).MaximumLength(300).Must(IsText).WithMessage("must not hold U+0000");
        RuleFor(i => i.Severity).Must(level => Asset.Levels.Contains(level)).WithMessage($"must be one of {string.Join(", ", Asset.Levels)}");
        RuleFor(i => i.Status).Must(status => IncidentStatus.All.Contains(status)).WithMessage($"must be one of {string.Join(", ", IncidentStatus.All)}");
        RuleFor(i => i.ObjectRefs).Must(refs => refs is null || (refs.Count <= 500 && refs.All(id => id is not null && StixId.IsValid(id)))).WithMessage("must be at most 500 STIX ids");
        RuleFor(i => i.AssetIds).Must(ids => ids is null || ids.Count <= 500).WithMessage("must be at most 500 ids");
    }

    internal static bool IsText(string? text) => text?.Contains('\0', StringComparison.Ordinal) != true;
}

internal sealed class AddRemarkValidator : AbstractValidator<AddRemark>
{
    public AddRemarkValidator() => RuleFor(r => r.Message).NotEmpty().MaximumLength(10_000).Must(WriteIncidentValidator.IsText).WithMessage("must not hold U+0000");
}
