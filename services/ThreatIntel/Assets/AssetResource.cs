using FluentValidation;
using Platform.Contracts.ThreatIntel;
using Platform.ThreatIntel.Indicators;

namespace Platform.ThreatIntel.Assets;

/// <summary>An asset.</summary>
internal sealed record AssetResource(
    Guid Id, string Name, string Kind, string? Description, string? Owner, string Criticality, string Exposure, IReadOnlyList<string> Addresses,
    IReadOnlyList<string> Hostnames, IReadOnlyList<string> Vulnerabilities, IReadOnlyList<string> Tags, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static AssetResource From(Asset a) => new(
        a.Id, a.Name, a.Kind, a.Description, a.Owner, a.Criticality, a.Exposure, a.Addresses, a.Hostnames, a.Vulnerabilities, a.Tags, a.CreatedAt, a.UpdatedAt);
}

/// <summary>What a client may say of an asset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Such as host, network, service.</param>
/// <param name="Description">What it is.</param>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Criticality">low, medium, high or critical.</param>
/// <param name="Exposure">From where it is reached: internal, partner or internet.</param>
/// <param name="Addresses">IP addresses and CIDR ranges.</param>
/// <param name="Hostnames">Domain names.</param>
/// <param name="Vulnerabilities">Names of known weaknesses, such as CVE-2026-1234.</param>
/// <param name="Tags">Tags.</param>
internal sealed record WriteAsset(
    string Name, string Kind = "host", string? Description = null, string? Owner = null, string Criticality = "medium", string Exposure = "internal",
    IReadOnlyList<string>? Addresses = null, IReadOnlyList<string>? Hostnames = null, IReadOnlyList<string>? Vulnerabilities = null, IReadOnlyList<string>? Tags = null)
{
    public static WriteAsset Of(Asset a) => new(
        a.Name, a.Kind, a.Description, a.Owner, a.Criticality, a.Exposure, a.Addresses, a.Hostnames, a.Vulnerabilities, a.Tags);

    public static Asset Create(Guid tenant, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        TenantId = tenant,
        Name = "",
        Kind = "",
        Criticality = "",
        Exposure = "",
        CreatedAt = now,
    };

    public Asset Write(Asset asset, DateTimeOffset now)
    {
        asset.Name = Name;
        asset.Kind = Kind;
        asset.Description = Description;
        asset.Owner = Owner;
        asset.Criticality = Criticality;
        asset.Exposure = Exposure;
        asset.Addresses = [.. (Addresses ?? []).Select(address => Observables.Normalise(ObservableType.Ipv4, address).Value).Distinct()];
        asset.Hostnames = [.. (Hostnames ?? []).Select(name => Observables.Normalise(ObservableType.Domain, name).Value).Distinct()];
        asset.Vulnerabilities = [.. (Vulnerabilities ?? []).Select(name => name.ToUpperInvariant()).Distinct()];
        asset.Tags = [.. (Tags ?? []).Distinct()];
        asset.UpdatedAt = now;
        asset.Version++;
        return asset;
    }

    public static AssetUpserted EventOf(Asset asset) => new(asset.Id, asset.Name, asset.Kind, asset.Criticality, asset.Exposure, asset.Version);
}

internal sealed class WriteAssetValidator : AbstractValidator<WriteAsset>
{
    private const int MostEntries = 1_000;

    public WriteAssetValidator()
    {
        RuleFor(a => a.Name).NotEmpty().MaximumLength(300).Must(IsText).WithMessage("must not hold U+0000");
        RuleFor(a => a.Kind).NotEmpty().MaximumLength(100).Must(IsText).WithMessage("must not hold U+0000");
        RuleFor(a => a.Description).MaximumLength(10_000).Must(IsText).WithMessage("must not hold U+0000");
        RuleFor(a => a.Owner).MaximumLength(300).Must(IsText).WithMessage("must not hold U+0000");
        RuleFor(a => a.Criticality).Must(level => Asset.Levels.Contains(level)).WithMessage($"must be one of {string.Join(", ", Asset.Levels)}");
        RuleFor(a => a.Exposure).Must(level => Asset.Exposures.Contains(level)).WithMessage($"must be one of {string.Join(", ", Asset.Exposures)}");
        RuleFor(a => a.Addresses).Must(list => IsShort(list) && (list is null || list.All(IsAddress))).WithMessage($"must be at most {MostEntries} IP addresses or CIDR ranges");
        RuleFor(a => a.Hostnames).Must(list => IsShort(list) && (list is null || list.All(IsHost))).WithMessage($"must be at most {MostEntries} domain names");
        RuleFor(a => a.Vulnerabilities).Must(IsShort).WithMessage($"must be at most {MostEntries} names");
        RuleFor(a => a.Tags).Must(IsShort).WithMessage($"must be at most {MostEntries} tags");
    }

    private static bool IsText(string? text) => text?.Contains('\0', StringComparison.Ordinal) != true;

    private static bool IsShort(IReadOnlyList<string>? list) =>
        list is null || (list.Count <= MostEntries && list.All(entry => entry is { Length: > 0 and <= 300 } && IsText(entry)));

    private static bool IsAddress(string? text) =>
        text is not null && Observables.Recognise(text)[0].Type is ObservableType.Ipv4 or ObservableType.Ipv6;

    private static bool IsHost(string? text) => text is not null && Observables.Recognise(text)[0].Type == ObservableType.Domain;
}
