using System.Collections.Frozen;

namespace Platform.Agent.Planning;

/// <summary>One kind of object: what people call it, and how the graph labels it.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="One">Singular, as the answers write it.</param>
/// <param name="Many">Plural.</param>
/// <param name="Labels">The graph's labels; any of them.</param>
/// <param name="Nouns">Every noun that questions use for it, in lower case.</param>
internal sealed record KindInfo(ObjectKind Kind, string One, string Many, string[] Labels, string[] Nouns);

/// <summary>The kinds that the agent knows: a fixed list, so that no label ever comes from a question.</summary>
internal static class Kinds
{
    private static readonly KindInfo[] All =
    [
        new(ObjectKind.Object, "object", "objects", ["Object"], ["object", "objects", "threat object", "threat objects", "entity", "entities", "thing", "things", "node", "nodes", "anything"]),
        new(ObjectKind.Technique, "technique", "techniques", ["AttackPattern"],
            ["technique", "techniques", "attack pattern", "attack patterns", "attack technique", "attack techniques", "ttp", "ttps", "att&ck technique", "att&ck techniques", "technique ids", "techniques and sub-techniques", "techniques and subtechniques", "mitre techniques", "adversary techniques", "mitre att&ck techniques", "mitre att&ck technique", "techniques or sub-techniques", "capability", "capabilities"]),
        new(ObjectKind.SubTechnique, "sub-technique", "sub-techniques", ["AttackPattern"],
            ["sub-technique", "sub-techniques", "subtechnique", "subtechniques", "sub technique", "sub techniques", "child techniques", "child technique", "sub-technique ids"]),
        new(ObjectKind.Group, "group", "groups", ["IntrusionSet", "ThreatActor"],
            ["group", "groups", "threat group", "threat groups", "intrusion set", "intrusion sets", "actor", "actors", "threat actor", "threat actors", "adversary", "adversaries", "apt group", "apt groups", "apts", "hacking group", "hacking groups", "attacker", "attackers", "threat actor groups", "hacker groups", "hacker group", "adversary groups", "adversary group", "apt actors", "activity groups", "cyber threat groups", "threat actor group", "cyber groups", "apt", "hackers", "mitre groups", "att&ck groups", "threat-actors"]),
        new(ObjectKind.Malware, "malware", "malware", ["Malware"], ["malware", "malwares", "malware family", "malware families", "malware sample", "malware samples", "pieces of malware", "piece of malware", "malware programs", "malware strains", "malware strain", "malicious software", "malware entries", "malware types", "malware objects"]),
        new(ObjectKind.Tool, "tool", "tools", ["Tool"], ["tool", "tools", "utility", "utilities", "legitimate tools", "hacking tools", "tool entries"]),
        new(ObjectKind.Software, "piece of software", "pieces of software", ["Malware", "Tool"],
            ["software", "pieces of software", "piece of software", "software entries", "program", "programs", "softwares", "malware and tools", "tools and malware", "malware or tools", "tools or malware", "malware and tool", "software items", "software families", "arsenal", "toolkit", "toolset", "malwares and tools", "software programs", "software tools", "malware or tool", "malware/tools", "tools/malware"]),
        new(ObjectKind.Campaign, "campaign", "campaigns", ["Campaign"], ["campaign", "campaigns", "operation", "operations", "attack campaigns", "attack campaign", "cyber campaigns", "intrusion campaigns", "threat campaigns"]),
        new(ObjectKind.Mitigation, "mitigation", "mitigations", ["CourseOfAction"],
            ["mitigation", "mitigations", "course of action", "courses of action", "countermeasure", "countermeasures", "defenses", "defences", "mitigation measures", "mitigation strategies", "security measures", "safeguards", "mitigating measures", "mitigation techniques", "mitigation controls"]),
        new(ObjectKind.Vulnerability, "vulnerability", "vulnerabilities", ["Vulnerability"], ["vulnerability", "vulnerabilities", "cve", "cves"]),
        new(ObjectKind.Indicator, "indicator", "indicators", ["Indicator"],
            ["indicator", "indicators", "ioc", "iocs", "indicator of compromise", "indicators of compromise"]),
        new(ObjectKind.Report, "report", "reports", ["Report"], ["report", "reports"]),
        new(ObjectKind.Identity, "identity", "identities", ["Identity"], ["identity", "identities", "organization", "organizations", "organisation", "organisations", "sector", "sectors"]),
        new(ObjectKind.Location, "location", "locations", ["Location"], ["location", "locations", "country", "countries", "region", "regions"]),
        new(ObjectKind.Infrastructure, "piece of infrastructure", "pieces of infrastructure", ["Infrastructure"], ["infrastructure", "infrastructures", "pieces of infrastructure"]),
        new(ObjectKind.Incident, "incident", "incidents", ["Incident"], ["incident", "incidents"]),
        new(ObjectKind.Tactic, "tactic", "tactics", ["XMitreTactic"], ["tactic", "tactics"]),
        new(ObjectKind.DataSource, "data source", "data sources", ["XMitreDataSource"], ["data source", "data sources"]),
        new(ObjectKind.DataComponent, "data component", "data components", ["XMitreDataComponent"], ["data component", "data components"]),
        new(ObjectKind.DetectionStrategy, "detection strategy", "detection strategies", ["XMitreDetectionStrategy"],
            ["detection strategy", "detection strategies", "detection", "detections", "detection methods", "detection rules"]),
        new(ObjectKind.Analytic, "analytic", "analytics", ["XMitreAnalytic"], ["analytic", "analytics"]),
    ];

    private static readonly FrozenDictionary<ObjectKind, KindInfo> ByKind = All.ToFrozenDictionary(k => k.Kind);

    private static readonly FrozenDictionary<string, ObjectKind> ByNoun =
        All.SelectMany(k => k.Nouns, (k, noun) => (k.Kind, noun)).ToFrozenDictionary(x => x.noun, x => x.Kind);

    private static readonly FrozenDictionary<string, ObjectKind> ByLabel = All
        .Where(k => k.Kind is not (ObjectKind.SubTechnique or ObjectKind.Software))
        .SelectMany(k => k.Labels, (k, label) => (k.Kind, label)).ToFrozenDictionary(x => x.label, x => x.Kind);

    /// <summary>Kinds whose objects people call by name.</summary>
    public static readonly string[] NamedLabels =
    [
        "IntrusionSet", "ThreatActor", "Malware", "Tool", "Campaign", "AttackPattern", "CourseOfAction", "Vulnerability", "XMitreTactic",
        "XMitreDataSource", "XMitreDataComponent", "XMitreDetectionStrategy", "Identity", "Location", "Infrastructure", "Report", "Incident",
    ];

    public static KindInfo Info(ObjectKind kind) => ByKind[kind];

    /// <summary>The kind that a noun (or a phrase of up to three words) names.</summary>
    public static bool TryGet(string noun, out ObjectKind kind) => ByNoun.TryGetValue(noun, out kind);

    /// <summary>The kind of a graph label; <see cref="ObjectKind.Object"/> for labels without one of their own.</summary>
    public static ObjectKind OfLabel(string label) => ByLabel.GetValueOrDefault(label, ObjectKind.Object);

    /// <summary>The kind of a STIX type, such as <c>intrusion-set</c>.</summary>
    public static ObjectKind OfType(string type) => OfLabel(string.Concat(type.Split('-', StringSplitOptions.RemoveEmptyEntries).Select(p => char.ToUpperInvariant(p[0]) + p[1..])));

    /// <summary>Whether an object of one kind is also one of the other.</summary>
    public static bool Fits(ObjectKind kind, ObjectKind into) => kind == into || into switch
    {
        ObjectKind.Object => true,
        ObjectKind.Software => kind is ObjectKind.Malware or ObjectKind.Tool,
        ObjectKind.Technique => kind is ObjectKind.SubTechnique,
        ObjectKind.SubTechnique => kind is ObjectKind.Technique,
        _ => false,
    };

    /// <summary>Whether objects of two kinds can be the same ones, for sets whose kind is only partly known.</summary>
    public static bool Overlap(ObjectKind a, ObjectKind b) => Fits(a, b) || Fits(b, a);
}
