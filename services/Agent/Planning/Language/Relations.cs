using System.Collections.Frozen;

namespace Platform.Agent.Planning;

/// <summary>One relationship type: its words, what may stand at its ends, and its name in the graph.</summary>
/// <param name="Kind">The relationship.</param>
/// <param name="Type">Its STIX type; the graph's type is the same in upper snake case.</param>
/// <param name="Active">Forms of which the source is the subject ("groups that <i>use</i> it").</param>
/// <param name="Passive">Forms of which the target is the subject ("techniques <i>used</i> by it").</param>
/// <param name="Says">How answers put it in the third person ("APT28 <i>uses</i> …").</param>
/// <param name="SaysPassive">How answers put it from the target's side.</param>
/// <param name="Sources">Kinds it starts at.</param>
/// <param name="Targets">Kinds it ends at.</param>
/// <param name="Inverse">Forms of which the target is the subject, without a "by" ("groups <i>behind</i> it").</param>
internal sealed record RelationInfo(
    RelationKind Kind, string Type, string[] Active, string[] Passive, string Says, string SaysPassive, ObjectKind[] Sources, ObjectKind[] Targets, params string[] Inverse)
{
    public string GraphType { get; } = Type.ToUpperInvariant().Replace('-', '_');

    /// <summary>The active form for several subjects: "use", "are attributed to".</summary>
    public string SaysMany { get; } = Says switch
    {
        "is a sub-technique of" => "are sub-techniques of",
        "is a variant of" => "are variants of",
        _ when Says.StartsWith("is ", StringComparison.Ordinal) => "are " + Says[3..],
        _ => Says.Split(' ') is var words && words[0].EndsWith('s') ? string.Join(' ', [words[0][..^1], .. words[1..]]) : Says,
    };

    public bool Accepts(ObjectKind source, ObjectKind target) => AnyOverlap(Sources, source) && AnyOverlap(Targets, target);

    private static bool AnyOverlap(ObjectKind[] kinds, ObjectKind kind)
    {
        foreach (var candidate in kinds)
        {
            if (Kinds.Overlap(candidate, kind))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The relationships that the agent knows, after STIX 2.1 appendix B and ATT&amp;CK.</summary>
internal static class Relations
{
    private static readonly ObjectKind[] Users = [ObjectKind.Group, ObjectKind.Campaign, ObjectKind.Software];
    private static readonly ObjectKind[] Anything = [ObjectKind.Object];

    public static readonly RelationInfo[] All =
    [
        new(RelationKind.Uses, "uses",
            ["use", "uses", "using", "employ", "employs", "employing", "leverage", "leverages", "leveraging", "utilize", "utilizes", "utilizing", "utilise", "utilises",
                "rely on", "relies on", "relying on", "deploy", "deploys", "deploying", "adopt", "adopts", "abuse", "abuses", "abusing", "perform", "performs", "performing", "implement", "implements", "implementing",
                "exhibit", "exhibits", "operate with", "make use of", "makes use of", "making use of", "wield", "wields", "practice", "practices", "apply", "applies", "equipped with", "run", "execute", "executes", "carry out", "conduct", "involve", "involves", "involved"],
            ["used", "employed", "leveraged", "utilized", "utilised", "relied on", "deployed", "adopted", "abused", "performed", "implemented", "exhibited", "wielded", "made use of", "applied", "seen used", "observed being used"], "uses", "used by",
            Users, [ObjectKind.Technique, ObjectKind.Software, ObjectKind.Infrastructure]),
        new(RelationKind.Mitigates, "mitigates",
            ["mitigate", "mitigates", "mitigating", "counter", "counters", "countering", "prevent", "prevents", "preventing", "address", "addresses", "addressing", "protect against", "protects against", "protecting against",
                "defend against", "defends against", "stop", "stops", "block", "blocks", "help against", "helps against", "work against", "works against", "recommended for", "recommended against", "guard against", "guards against", "cover", "covers", "apply to", "applies to",
                "would mitigate", "would counter", "would prevent", "would address", "would stop", "would block", "would help against", "may mitigate", "might mitigate", "may prevent", "might prevent"],
            ["mitigated", "countered", "prevented", "addressed", "stopped", "blocked", "covered"], "mitigates", "mitigated by",
            [ObjectKind.Mitigation], [ObjectKind.Technique, ObjectKind.Software, ObjectKind.Vulnerability, ObjectKind.Indicator]),
        new(RelationKind.Detects, "detects", ["detect", "detects", "detecting", "identify", "identifies", "spot", "spots", "cover", "covers", "find"], ["detected", "identified", "covered"], "detects", "detected by",
            [ObjectKind.DetectionStrategy, ObjectKind.DataComponent], [ObjectKind.Technique]),
        new(RelationKind.SubtechniqueOf, "subtechnique-of", ["belong to", "belongs to", "fall under", "falls under", "sit under", "under", "children of", "child of"], [], "is a sub-technique of", "that are parents of",
            [ObjectKind.SubTechnique], [ObjectKind.Technique]),
        new(RelationKind.AttributedTo, "attributed-to", ["attributed to", "linked back to", "linked to", "tied to", "associated with", "conducted by", "carried out by", "run by", "ran by", "launched by", "performed by", "perpetrated by", "orchestrated by", "executed by",
                "operated by", "led by", "ascribed to", "credited to", "belong to", "belongs to"],
            ["attributed", "linked"], "is attributed to", "behind",
            [ObjectKind.Campaign, ObjectKind.Group, ObjectKind.Incident], [ObjectKind.Group, ObjectKind.Identity],
            "behind", "responsible for", "conducted", "conduct", "carried out", "carry out", "launched", "launch", "ran", "run", "orchestrated", "perpetrated", "executed", "led", "performed"),
        new(RelationKind.Targets, "targets", ["target", "targets", "targeting", "attack", "attacks", "attacking"], ["targeted", "attacked"], "targets", "targeted by",
            [ObjectKind.Group, ObjectKind.Campaign, ObjectKind.Software, ObjectKind.Technique],
            [ObjectKind.Identity, ObjectKind.Location, ObjectKind.Vulnerability, ObjectKind.Infrastructure]),
        new(RelationKind.Indicates, "indicates", ["indicate", "indicates", "indicating", "point to", "points to"], ["indicated"], "indicates", "indicated by",
            [ObjectKind.Indicator],
            [ObjectKind.Technique, ObjectKind.Campaign, ObjectKind.Infrastructure, ObjectKind.Group, ObjectKind.Software]),
        new(RelationKind.Exploits, "exploits", ["exploit", "exploits", "exploiting"], ["exploited"], "exploits", "exploited by",
            [ObjectKind.Software, ObjectKind.Group, ObjectKind.Campaign, ObjectKind.Technique], [ObjectKind.Vulnerability]),
        new(RelationKind.Delivers, "delivers", ["deliver", "delivers", "delivering"], ["delivered"], "delivers", "delivered by",
            [ObjectKind.Technique, ObjectKind.Software, ObjectKind.Infrastructure], [ObjectKind.Malware]),
        new(RelationKind.Drops, "drops", ["drop", "drops", "dropping"], ["dropped"], "drops", "dropped by", [ObjectKind.Software], [ObjectKind.Software]),
        new(RelationKind.Downloads, "downloads", ["download", "downloads", "downloading"], ["downloaded"], "downloads", "downloaded by",
            [ObjectKind.Software], [ObjectKind.Software]),
        new(RelationKind.Controls, "controls", ["control", "controls", "controlling"], ["controlled"], "controls", "controlled by",
            [ObjectKind.Malware, ObjectKind.Infrastructure], [ObjectKind.Malware, ObjectKind.Infrastructure]),
        new(RelationKind.CommunicatesWith, "communicates-with", ["communicate with", "communicates with", "communicating with"], [],
            "communicates with", "contacted by", [ObjectKind.Malware, ObjectKind.Infrastructure], Anything),
        new(RelationKind.Compromises, "compromises", ["compromise", "compromises", "compromising"], ["compromised"], "compromises", "compromised by",
            [ObjectKind.Group, ObjectKind.Campaign], [ObjectKind.Infrastructure]),
        new(RelationKind.Hosts, "hosts", ["host", "hosts", "hosting"], ["hosted"], "hosts", "hosted by",
            [ObjectKind.Group, ObjectKind.Infrastructure], [ObjectKind.Software, ObjectKind.Infrastructure]),
        new(RelationKind.Owns, "owns", ["own", "owns", "owning"], ["owned"], "owns", "owned by", [ObjectKind.Group], [ObjectKind.Infrastructure]),
        new(RelationKind.Impersonates, "impersonates", ["impersonate", "impersonates", "impersonating"], ["impersonated"], "impersonates", "impersonated by",
            [ObjectKind.Group], [ObjectKind.Identity]),
        new(RelationKind.VariantOf, "variant-of", ["variant of", "variants of"], [], "is a variant of", "that are the origin of", [ObjectKind.Malware], [ObjectKind.Malware]),
        new(RelationKind.LocatedAt, "located-at", ["located in", "located at"], [], "is located at", "that are the location of",
            [ObjectKind.Group, ObjectKind.Identity, ObjectKind.Infrastructure], [ObjectKind.Location]),
        new(RelationKind.OriginatesFrom, "originates-from", ["originate from", "originates from", "originating from"], [], "originates from", "that are the origin of",
            [ObjectKind.Campaign, ObjectKind.Group, ObjectKind.Malware], [ObjectKind.Location]),
        new(RelationKind.AuthoredBy, "authored-by", ["authored by", "written by"], [], "is authored by", "that are authors of", [ObjectKind.Malware], [ObjectKind.Group]),
        new(RelationKind.RevokedBy, "revoked-by", ["revoked by", "replaced by"], [], "is revoked by", "that succeed", Anything, Anything),
    ];

    private static readonly FrozenDictionary<RelationKind, RelationInfo> ByKind = All.ToFrozenDictionary(r => r.Kind);

    private static readonly FrozenDictionary<string, RelationInfo[]> ByActive = By(static r => r.Active);

    private static readonly FrozenDictionary<string, RelationInfo[]> ByPassive = By(static r => r.Passive);

    private static readonly FrozenDictionary<string, RelationInfo[]> ByInverse = By(static r => r.Inverse);

    public static RelationInfo Info(RelationKind kind) => ByKind[kind];

    /// <summary>The relationships of which the subject is the source, by their verb.</summary>
    public static RelationInfo[] Active(string form) => ByActive.GetValueOrDefault(form) ?? [];

    /// <summary>The relationships of which the subject is the target, by the verb before "by".</summary>
    public static RelationInfo[] Passive(string form) => ByPassive.GetValueOrDefault(form) ?? [];

    /// <summary>The relationships of which the subject is the target, by a verb that needs no "by".</summary>
    public static RelationInfo[] Inverse(string form) => ByInverse.GetValueOrDefault(form) ?? [];

    public static bool IsVerb(string form) => ByActive.ContainsKey(form) || ByPassive.ContainsKey(form) || ByInverse.ContainsKey(form);

    /// <summary>The only relationship that fits between two kinds, in the only direction, said from either side.</summary>
    public static (RelationInfo Relation, bool Outgoing)? Between(ObjectKind set, ObjectKind other) =>
        Implied(set, other) ?? (Implied(other, set) is { } back ? (back.Relation, !back.Outgoing) : null);

    private static FrozenDictionary<string, RelationInfo[]> By(Func<RelationInfo, string[]> forms) =>
        All.SelectMany(r => forms(r).Distinct(), (r, form) => (r, form)).GroupBy(x => x.form, x => x.r).ToFrozenDictionary(g => g.Key, g => g.ToArray());

    /// <summary>
    /// The relationship that "of", "for" or "'s" means between two kinds ("techniques of APT28", "mitigations for
    /// T1059"): the only one that fits, in the only direction; null where that is not so.
    /// </summary>
    public static (RelationInfo Relation, bool Outgoing)? Implied(ObjectKind set, ObjectKind other) => (set, other) switch
    {
        (ObjectKind.Technique or ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Software, ObjectKind.Group or ObjectKind.Campaign) => (Info(RelationKind.Uses), false),
        (ObjectKind.Technique, ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Software) => (Info(RelationKind.Uses), false),
        (ObjectKind.SubTechnique, ObjectKind.Technique or ObjectKind.SubTechnique) => (Info(RelationKind.SubtechniqueOf), true),
        (ObjectKind.SubTechnique, ObjectKind.Group or ObjectKind.Campaign or ObjectKind.Malware or ObjectKind.Tool) => (Info(RelationKind.Uses), false),
        (ObjectKind.Mitigation, ObjectKind.Technique or ObjectKind.SubTechnique) => (Info(RelationKind.Mitigates), true),
        (ObjectKind.DetectionStrategy, ObjectKind.Technique or ObjectKind.SubTechnique) => (Info(RelationKind.Detects), true),
        (ObjectKind.Campaign, ObjectKind.Group) => (Info(RelationKind.AttributedTo), true),
        (ObjectKind.Indicator, ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Campaign or ObjectKind.Group or ObjectKind.Technique) => (Info(RelationKind.Indicates), true),
        (ObjectKind.Group or ObjectKind.Campaign, ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Software or ObjectKind.Technique or ObjectKind.SubTechnique) => (Info(RelationKind.Uses), true),
        (ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Software, ObjectKind.Technique or ObjectKind.SubTechnique) => (Info(RelationKind.Uses), true),
        (ObjectKind.Technique or ObjectKind.SubTechnique, ObjectKind.Mitigation) => (Info(RelationKind.Mitigates), false),
        (ObjectKind.Technique or ObjectKind.SubTechnique, ObjectKind.DetectionStrategy) => (Info(RelationKind.Detects), false),
        (ObjectKind.Group, ObjectKind.Campaign) => (Info(RelationKind.AttributedTo), false),
        _ => null,
    };
}
