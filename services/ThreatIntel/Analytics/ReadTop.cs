using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Analytics;

/// <summary>An actor by its relationships.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="Type"><c>threat-actor</c> or <c>intrusion-set</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="ExternalId">Such as G0007.</param>
/// <param name="Relationships">How many live relationships it has.</param>
/// <param name="Links">The same by the type of what it is related to.</param>
internal sealed record TopActor(string Id, string Type, string? Name, string? ExternalId, long Relationships, IReadOnlyList<ValueCount> Links);

/// <summary>The actors with the most relationships, most first.</summary>
internal sealed record TopActors(IReadOnlyList<TopActor> Items);

/// <summary>A technique by its users.</summary>
/// <param name="Id">Its STIX id.</param>
/// <param name="ExternalId">Such as T1059.001.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uses">How many live <c>uses</c> relationships it has.</param>
/// <param name="Users">The same by the type of who uses it.</param>
internal sealed record TechniquePrevalence(string Id, string? ExternalId, string? Name, long Uses, IReadOnlyList<ValueCount> Users);

/// <summary>The techniques that are used most, most first.</summary>
internal sealed record PrevalentTechniques(IReadOnlyList<TechniquePrevalence> Items);

/// <summary>Reads who and what leads.</summary>
internal sealed class ReadTop(ThreatIntelDb db, MostLinked linked)
{
    public async Task<TopActors> ActorsAsync(TlpLevel clearance, int limit, CancellationToken ct)
    {
        var found = await linked.RunAsync([StixTypes.ThreatActor, StixTypes.IntrusionSet], null, limit, clearance, ct);
        var external = await ExternalIdsAsync(found, clearance, ct);
        return new TopActors([.. found.Select(item => new TopActor(item.Id, item.Type, item.Name, external.GetValueOrDefault(item.Id), item.Count, item.Links))]);
    }

    public async Task<PrevalentTechniques> TechniquesAsync(TlpLevel clearance, int limit, CancellationToken ct)
    {
        var found = await linked.RunAsync(["attack-pattern"], "uses", limit, clearance, ct);
        var external = await ExternalIdsAsync(found, clearance, ct);
        return new PrevalentTechniques([.. found.Select(item => new TechniquePrevalence(item.Id, external.GetValueOrDefault(item.Id), item.Name, item.Count, item.Links))]);
    }

    /// <summary>The id of each object in the catalogue that it is from, as its own bytes say.</summary>
    private async Task<Dictionary<string, string?>> ExternalIdsAsync(IReadOnlyList<Linked> items, TlpLevel clearance, CancellationToken ct)
    {
        string[] ids = [.. items.Select(item => item.Id)];
        var rows = await db.Objects.AsNoTracking().VisibleTo(clearance).Where(o => ids.Contains(o.StixId))
            .Join(db.ObjectVersions, o => new { o.StixId, o.Revision }, v => new { v.StixId, v.Revision }, (o, v) => new { o.StixId, v.Raw })
            .ToListAsync(ct);
        var external = new Dictionary<string, string?>();
        foreach (var row in rows)
        {
            using var document = JsonDocument.Parse(RawBytes.Unpack(row.Raw), new JsonDocumentOptions { MaxDepth = 256 });
            external[row.StixId] = document.RootElement.Reference().Id;
        }

        return external;
    }
}
