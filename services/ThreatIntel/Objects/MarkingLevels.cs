using Platform.Contracts;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Objects;

/// <summary>
/// The TLP level behind each marking: the well-known ones, those that the tenant has stored, and those of the bundle
/// being imported.
/// </summary>
internal sealed class MarkingLevels
{
    private readonly Dictionary<string, TlpLevel> _levels = [];

    /// <summary>Notes a marking definition that states a level.</summary>
    public void Add(string markingId, Tlp level)
    {
        // A bundle cannot redefine what the standard defines.
        if (!TlpMarking.TryGet(markingId, out _))
        {
            _levels[markingId] = (TlpLevel)level;
        }
    }

    /// <summary>Whether this is a marking of the tenant's own that states a level.</summary>
    public bool Names(string markingId) => _levels.ContainsKey(markingId);

    /// <summary>The level of an object: the highest of its markings, clear without any.</summary>
    public TlpLevel Of(ObjectHead head)
    {
        var level = TlpLevel.Clear;
        foreach (var marking in head.MarkingRefs)
        {
            var found = TlpMarking.TryGet(marking, out var known) ? (TlpLevel)known : _levels.GetValueOrDefault(marking);
            level = found > level ? found : level;
        }

        return level;
    }
}
