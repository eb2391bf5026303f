using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;

namespace Platform.KnowledgeGraph;

/// <summary>
/// The labels and relationship types of the graphs. Labels and types cannot be parameters of a query, so nothing but
/// what comes out of here is ever put into one: the lists of STIX 2.1, and custom names that consist of nothing but
/// lower-case letters, digits and hyphens.
/// </summary>
internal static class Vocabulary
{
    /// <summary>The label that every node has: the one index over ids is on it. It is not shown.</summary>
    public const string AnyObject = "Object";

    /// <summary>The label of a type whose name is no name.</summary>
    public const string OtherLabel = "Other";

    /// <summary>The type of a relationship whose name is no name.</summary>
    public const string OtherType = "RELATED_TO";

    /// <summary>STIX 2.1's object types (sections 4, 6 and 7) and those of MITRE ATT&amp;CK.</summary>
    private static readonly string[] ObjectTypes =
    [
        "attack-pattern", "campaign", "course-of-action", "grouping", "identity", "indicator", "infrastructure", "intrusion-set", "location",
        "malware", "malware-analysis", "note", "observed-data", "opinion", "report", "threat-actor", "tool", "vulnerability", "incident",
        "artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file", "ipv4-addr", "ipv6-addr", "mac-addr",
        "mutex", "network-traffic", "process", "software", "url", "user-account", "windows-registry-key", "x509-certificate",
        "marking-definition", "language-content", "extension-definition",
        "x-mitre-analytic", "x-mitre-asset", "x-mitre-collection", "x-mitre-data-component", "x-mitre-data-source", "x-mitre-detection-strategy",
        "x-mitre-matrix", "x-mitre-tactic",
    ];

    /// <summary>STIX 2.1's relationship types (appendix B), those of ATT&amp;CK, and sightings.</summary>
    private static readonly string[] RelationshipTypes =
    [
        "uses", "targets", "attributed-to", "compromises", "originates-from", "investigates", "mitigates", "remediates", "located-at", "indicates",
        "based-on", "communicates-with", "consists-of", "controls", "delivers", "has", "hosts", "owns", "authored-by", "beacons-to", "downloads",
        "drops", "exfiltrates-to", "exploits", "variant-of", "characterizes", "analysis-of", "static-analysis-of", "dynamic-analysis-of",
        "impersonates", "derived-from", "duplicate-of", "related-to", "resolves-to", "belongs-to", "contains",
        "subtechnique-of", "revoked-by", "detects", "sighting-of",
    ];

    private static readonly FrozenDictionary<string, string> Labels = ObjectTypes.ToFrozenDictionary(t => t, ToLabel);
    private static readonly FrozenDictionary<string, string> Types = RelationshipTypes.ToFrozenDictionary(t => t, ToType);
    private static readonly ConcurrentDictionary<string, string> CustomLabels = new();
    private static readonly ConcurrentDictionary<string, string> CustomTypes = new();

    /// <summary>The label of a STIX type: <c>intrusion-set</c> is <c>IntrusionSet</c>.</summary>
    public static string LabelOf(string stixType) => Labels.TryGetValue(stixType, out var label)
        ? label
        : !IsName(stixType) ? OtherLabel
        : CustomLabels.Count < 10_000 ? CustomLabels.GetOrAdd(stixType, ToLabel) : ToLabel(stixType);

    /// <summary>The relationship type of a STIX name: <c>attributed-to</c> is <c>ATTRIBUTED_TO</c>.</summary>
    public static string TypeOf(string relationshipType) => Types.TryGetValue(relationshipType, out var type)
        ? type
        : !IsName(relationshipType) ? OtherType
        : CustomTypes.Count < 10_000 ? CustomTypes.GetOrAdd(relationshipType, ToType) : ToType(relationshipType);

    /// <summary>
    /// The relationship type that a client names, in either spelling: <c>attributed-to</c> or <c>ATTRIBUTED_TO</c>.
    /// </summary>
    public static string ReadType(string text) =>
        IsIdentifier(text) && char.IsAsciiLetterUpper(text[0]) ? text : TypeOf(text);

    /// <summary>The label that a client names, in either spelling: <c>intrusion-set</c> or <c>IntrusionSet</c>.</summary>
    public static string ReadLabel(string text) =>
        IsIdentifier(text) && char.IsAsciiLetterUpper(text[0]) ? text : LabelOf(text);

    /// <summary>Whether a text has the form of a label or relationship type, so that it may stand in a query.</summary>
    public static bool IsIdentifier(string text)
    {
        if (text.Length is 0 or > 64 || !char.IsAsciiLetter(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsName(string text)
    {
        if (text.Length is 0 or > 60 || !char.IsAsciiLetterLower(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }

    private static string ToLabel(string name)
    {
        var label = new StringBuilder(name.Length);
        var upper = true;
        foreach (var c in name)
        {
            if (c is '-' or '_')
            {
                upper = true;
                continue;
            }

            label.Append(upper ? char.ToUpperInvariant(c) : c);
            upper = false;
        }

        var text = label.ToString();
        return text is AnyObject or OtherLabel ? "Custom" + text : text;
    }

    private static string ToType(string name) => name.Replace('-', '_').ToUpperInvariant();
}
