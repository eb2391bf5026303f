using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Attack;

/// <summary>A technique and who is known to use it.</summary>
internal sealed record AttackTechnique(string Id, string ExternalId, string Name, string? ParentId, IReadOnlyList<string> Tactics, int UsedBy);

/// <summary>A domain of ATT&amp;CK as stored: its tactics in their order, and its techniques.</summary>
internal sealed record AttackDomain(string Domain, IReadOnlyList<(string ShortName, string Name, string ExternalId)> Tactics, IReadOnlyList<AttackTechnique> Techniques)
{
    public static readonly string[] Names = ["enterprise-attack", "ics-attack", "mobile-attack"];

    /// <summary>Reads what the caller may know; <paramref name="actorId"/> restricts the users that count to one.</summary>
    public static async Task<AttackDomain> ReadAsync(ThreatIntelDb db, TlpLevel clearance, string domain, string? actorId, CancellationToken ct)
    {
        var objects = await db.Objects.AsNoTracking().VisibleTo(clearance)
            .Where(o => (o.Type == "attack-pattern" || o.Type == "x-mitre-tactic" || o.Type == "x-mitre-matrix") && !o.Revoked && !o.Deprecated)
            .Join(db.ObjectVersions, o => new { o.StixId, o.Revision }, v => new { v.StixId, v.Revision }, (o, v) => new { o.StixId, o.Type, v.Raw })
            .ToListAsync(ct);
        var uses = await UsesAsync(db, clearance, actorId, ct);
        var tactics = new Dictionary<string, (string ShortName, string Name, string ExternalId)>();
        var techniques = new List<AttackTechnique>();
        string[] order = [];
        foreach (var row in objects)
        {
            using var document = JsonDocument.Parse(RawBytes.Unpack(row.Raw), new JsonDocumentOptions { MaxDepth = 256 });
            var json = document.RootElement;
            if (!json.Texts("x_mitre_domains").Contains(domain))
            {
                continue;
            }

            var (externalId, _, _) = json.Reference();
            switch (row.Type)
            {
                case "x-mitre-matrix":
                    order = json.Texts("tactic_refs");
                    break;
                case "x-mitre-tactic" when json.Text("x_mitre_shortname") is { } shortName:
                    tactics[row.StixId] = (shortName, json.Text("name") ?? shortName, externalId ?? shortName);
                    break;
                case "attack-pattern" when externalId is not null:
                    var dot = externalId.IndexOf('.', StringComparison.Ordinal);
                    techniques.Add(new AttackTechnique(
                        row.StixId, externalId, json.Text("name") ?? externalId, dot < 0 ? null : externalId[..dot], json.Phases(), uses.GetValueOrDefault(row.StixId)));
                    break;
            }
        }

        techniques.Sort(static (a, b) => string.CompareOrdinal(a.ExternalId, b.ExternalId));
        var ordered = order.Where(tactics.ContainsKey).Select(id => tactics[id]).ToList();
        ordered.AddRange(tactics.Values.Where(tactic => !ordered.Contains(tactic)).OrderBy(tactic => tactic.ExternalId, StringComparer.Ordinal));
        return new AttackDomain(domain, ordered, techniques);
    }

    private static async Task<Dictionary<string, int>> UsesAsync(ThreatIntelDb db, TlpLevel clearance, string? actorId, CancellationToken ct)
    {
        var uses = db.VisibleRelationships(clearance).Where(r => r.RelationshipType == "uses" && !r.Revoked && !r.Deprecated && EF.Functions.Like(r.TargetRef, "attack-pattern--%"));
        uses = actorId is null
            ? uses.Where(r => EF.Functions.Like(r.SourceRef, "intrusion-set--%") || EF.Functions.Like(r.SourceRef, "threat-actor--%"))
            : uses.Where(r => r.SourceRef == actorId);
        var rows = await uses.GroupBy(r => r.TargetRef).Select(group => new { group.Key, Count = group.Select(r => r.SourceRef).Distinct().Count() }).ToListAsync(ct);
        return rows.ToDictionary(row => row.Key, row => row.Count);
    }
}
