using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;

namespace Platform.ThreatIntel.Analytics;

/// <summary>
/// Sources that stand for who made an indicator are ids of identities. One that the caller does not see counts among the
/// indicators without a source.
/// </summary>
internal static class KnownSources
{
    /// <summary>Those of the sources that must not be named.</summary>
    public static async Task<HashSet<string>> StrangersAsync(ThreatIntelDb db, TlpLevel clearance, IEnumerable<string> sources, CancellationToken ct)
    {
        HashSet<string> ids = clearance == TlpLevel.Red ? [] : [.. sources.Where(source => StixId.IsValid(source))];
        if (ids.Count > 0)
        {
            string[] asked = [.. ids];
            ids.ExceptWith(await db.Objects.AsNoTracking().VisibleTo(clearance).Where(o => asked.Contains(o.StixId)).Select(o => o.StixId).ToListAsync(ct));
        }

        return ids;
    }
}
