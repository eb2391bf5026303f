namespace Platform.Agent.Planning;

/// <summary>Reads questions for one fact of one object: "aliases of X", "when was X last updated", "which tactic does X belong to".</summary>
internal static class AttributeQuestions
{
    private static readonly (ObjectAttribute Attribute, string[] Phrases, bool IsTime)[] Attributes =
    [
        (ObjectAttribute.Aliases,
            ["aliases", "alias", "other names", "other name", "alternative names", "alternate names", "alternative name", "also known as", "aka", "a.k.a", "synonyms", "synonym", "nicknames", "known as", "names", "else called", "go by", "goes by", "else known as", "other aliases", "associated names", "names used for",
                "different names", "known under", "also called", "referred to as", "additional names", "known by", "other names used for", "called"], false),
        (ObjectAttribute.Platforms, ["platforms", "platform", "operating systems", "operating system", "os", "oses", "os's", "systems", "environments"], false),
        (ObjectAttribute.Tactics, ["tactics", "tactic", "kill chain phases", "kill chain phase", "phases", "phase", "kill chain stage", "stage"], false),
        (ObjectAttribute.Modified, ["last modified", "last updated", "modified", "updated", "last changed", "changed", "last update", "modification date", "last modification", "last modification date", "last revised", "revised", "most recently updated", "most recently modified", "last edited", "last touched", "recently updated", "date of last change", "update", "last change"], true),
        (ObjectAttribute.FirstSeen, ["first seen", "start", "started", "begin", "began", "start date", "first observed", "first sighting", "first appear", "starting date", "kick off", "launched"], true),
        (ObjectAttribute.LastSeen, ["last seen", "end", "ended", "end date", "last observed", "finish", "finished", "last sighting", "stop", "conclude", "last active", "over"], true),
        (ObjectAttribute.Created, ["created", "added", "introduced", "published", "creation date", "date of creation", "first added", "first created", "first published", "first introduced", "creation", "catalogued", "made", "date created", "date added", "originally created", "originally added"], true),
        (ObjectAttribute.ExternalId, ["id", "att&ck id", "mitre id", "mitre att&ck id", "identifier", "external id", "technique id", "attack id", "id number", "group id", "software id", "t-code", "technique number", "t number", "code", "campaign id", "mitigation id", "att&ck number"], false),
        (ObjectAttribute.Url, ["url", "link", "web page", "webpage", "page", "source url", "reference url", "web address", "mitre page", "official page"], false),
        (ObjectAttribute.Kind, ["type", "kind", "sort", "type of object", "kind of object", "object type", "kind of thing", "stix type"], false),
        (ObjectAttribute.Domains, ["domains", "domain"], false),
        (ObjectAttribute.Version, ["version", "version number", "current version", "att&ck version", "object version"], false),
        (ObjectAttribute.Contributors, ["contributors", "contributor", "contributed", "contributed to"], false),
    ];

    /// <summary>What shows that a time is asked for.</summary>
    private static readonly string[] When = ["when", "what year", "which year", "what date", "which date", "date", "what day", "on what day", "in what year", "what month", "how long ago", "since when", "how recently", "day", "year", "time", "what time", "month", "which month"];

    private static readonly string[] Linking =
    [
        "run", "runs", "work", "works", "support", "supports", "supported", "available", "affect", "affects", "affected", "target", "targets", "targeted", "apply", "applies", "applicable", "belong", "belongs", "fall", "falls", "part", "associated", "used", "map", "maps",
        "mapped", "who", "go", "goes", "else", "running", "assigned", "live", "exist", "exists", "infect", "infects", "achieve", "serve", "serves", "into", "other", "use", "used for", "seen", "happen", "come", "cover", "covers", "compatible", "official", "against", "corresponding", "sit", "object", "different",
        "entry", "where", "read", "stand",
    ];

    public static IEnumerable<string> Words => Attributes.SelectMany(a => a.Phrases).Concat(When).Concat(Linking);

    public static void Read(Sentence s, Action<Plan, int, int> add)
    {
        var gist = new Gist(s);
        var entities = gist.Names switch
        {
            [var name] => name.Candidates.Select(c => (c.Entity, Score: (name.Length * 10) + (int)c.Match - (c.Entity.Retired ? 5 : 0))),
            [] when s.Context.It is { } it => [(it, 0)],
            _ => [],
        };
        if (!entities.Any())
        {
            return;
        }

        foreach (var (attribute, phrases, isTime) in Attributes)
        {
            var named = false;
            var asked = false;
            var complete = gist.Walk(at =>
            {
                if (s.After(at, phrases) is >= 0 and var next && (!named || attribute is ObjectAttribute.Aliases or ObjectAttribute.Tactics or ObjectAttribute.Platforms))
                {
                    named = true;
                    return next;
                }

                if (s.After(at, When) is >= 0 and var when && isTime)
                {
                    asked = true;
                    return when;
                }

                if (Gist.Asking.Contains(s[at].Word) || s[at].Word == "it" || s.After(at, Linking) >= 0)
                {
                    return at + 1;
                }

                // The object's own kind may be said anywhere: "which platforms does this malware run on".
                return s.PhrasesAt(at).Where(p => Kinds.TryGet(p.Phrase, out var kind) && gist.Names.Count == 0 && Kinds.Overlap(kind, s.Context.It!.Kind)).Select(p => p.Next).FirstOrDefault(-1);
            });
            if (!complete || !named || (isTime && !asked && !IsBareDate(s)))
            {
                continue;
            }

            foreach (var (entity, score) in entities)
            {
                if (Fits(attribute, entity.Kind))
                {
                    add(new AttributePlan(entity, attribute), s.Count, score + 1);
                }
            }
        }
    }

    private static bool IsBareDate(Sentence s)
    {
        for (var i = 0; i < s.Count; i++)
        {
            if (s[i].Word is "date")
            {
                return true;
            }
        }

        return false;
    }

    private static bool Fits(ObjectAttribute attribute, ObjectKind kind) => attribute switch
    {
        ObjectAttribute.Aliases => kind is ObjectKind.Group or ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Campaign,
        ObjectAttribute.Platforms => Filters.Fits(FilterField.Platform, kind),
        ObjectAttribute.Tactics => Filters.Fits(FilterField.Tactic, kind),
        _ => true,
    };
}
