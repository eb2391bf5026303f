using System.Collections.Frozen;

namespace Stix;

/// <summary>What kind of object a type is (STIX 2.1 section 1.4).</summary>
public enum StixKind
{
    /// <summary>Not a type of the specification: a custom object (section 11) or an extension's (section 7.3).</summary>
    Custom,

    /// <summary>STIX Domain Object (section 4).</summary>
    Domain,

    /// <summary>STIX Cyber-observable Object (section 6).</summary>
    Observable,

    /// <summary>STIX Relationship Object (section 5).</summary>
    Relationship,

    /// <summary>STIX Meta Object: marking definition, language content, extension definition (section 7).</summary>
    Meta,
}

/// <summary>The types of STIX 2.1; those of 2.0 are a subset.</summary>
public static class StixTypes
{
    public const string Relationship = "relationship";
    public const string Sighting = "sighting";
    public const string MarkingDefinition = "marking-definition";
    public const string Indicator = "indicator";
    public const string Campaign = "campaign";
    public const string ThreatActor = "threat-actor";
    public const string IntrusionSet = "intrusion-set";

    /// <summary>The nineteen domain objects (section 4; <c>incident</c> is a stub there).</summary>
    public static IReadOnlyList<string> DomainObjects { get; } =
    [
        "attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "indicator",
        "infrastructure", "intrusion-set", "location", "malware", "malware-analysis", "note", "observed-data",
        "opinion", "report", "threat-actor", "tool", "vulnerability",
    ];

    /// <summary>The eighteen cyber-observable objects.</summary>
    public static IReadOnlyList<string> ObservableObjects { get; } =
    [
        "artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file",
        "ipv4-addr", "ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url",
        "user-account", "windows-registry-key", "x509-certificate",
    ];

    private static readonly FrozenDictionary<string, StixKind> Kinds = Build();

    /// <summary>What kind of object a type is.</summary>
    public static StixKind KindOf(string type) => Kinds.GetValueOrDefault(type, StixKind.Custom);

    private static FrozenDictionary<string, StixKind> Build()
    {
        var kinds = new Dictionary<string, StixKind>
        {
            [Relationship] = StixKind.Relationship,
            [Sighting] = StixKind.Relationship,
            [MarkingDefinition] = StixKind.Meta,
            ["language-content"] = StixKind.Meta,
            ["extension-definition"] = StixKind.Meta,
        };
        foreach (var type in DomainObjects)
        {
            kinds[type] = StixKind.Domain;
        }

        foreach (var type in ObservableObjects)
        {
            kinds[type] = StixKind.Observable;
        }

        return kinds.ToFrozenDictionary();
    }
}
