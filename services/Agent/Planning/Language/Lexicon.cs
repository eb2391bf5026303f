using System.Collections.Frozen;

namespace Platform.Agent.Planning;

/// <summary>The closed word classes of the question grammar, and the values of filters.</summary>
internal static class Lexicon
{
    /// <summary>Words that carry no meaning of their own wherever a noun phrase or a verb may start.</summary>
    public static readonly FrozenSet<string> Fillers = Set(
        "the", "a", "an", "any", "all", "known", "please", "ever", "also", "currently", "actively", "directly", "commonly", "typically", "reportedly",
        "different", "distinct", "unique", "individual", "exactly", "existing", "various", "its", "their", "of the", "mitre", "named", "called", "stix");

    /// <summary>What may stand before a question.</summary>
    public static readonly string[] Openings =
    [
        "please", "hi", "hello", "hey", "so", "ok", "okay", "and", "can you tell me", "could you tell me", "can you", "could you", "would you", "will you", "i want to know",
        "i would like to know", "i'd like to know", "i need to know", "i need", "i want", "do you know", "tell me", "let me know",
    ];

    /// <summary>What may stand after a question.</summary>
    public static readonly string[] Closings =
    [
        "please", "thanks", "thank you", "in total", "overall", "altogether", "are there", "is there", "there are", "exist", "exists", "do you know", "do you know of", "do we know",
        "do we know of", "do we have", "do you have", "are known", "is known", "are there in total", "in the data", "in the database", "in the graph", "in the knowledge graph",
        "in the platform", "in our data", "in the dataset", "are in the graph", "are in the database", "are in the data", "are in the platform", "are in the knowledge graph",
        "right now", "currently", "at the moment", "for me", "to us", "directly",
    ];

    /// <summary>Words between a subject and its verb that only hedge.</summary>
    public static readonly string[] Hedges =
    [
        "known to", "known for", "been seen", "been observed", "been known to", "been reported", "been reported to", "reported to", "observed", "seen", "said to", "believed to", "thought to",
    ];

    public static readonly string[] Count = ["how many", "the number of", "number of", "the count of", "count of", "what is the number of", "what's the number of", "what is the total number of", "the total number of", "total number of", "count the", "count"];
    public static readonly string[] List =
    [
        "which", "what", "what are", "which are", "what're", "list", "list all", "show", "show me", "name", "give me", "give me a list of", "find", "find me", "get", "get me", "display", "enumerate",
        "tell me", "a list of", "list of", "who are", "which of",
    ];

    public static readonly string[] Relatives = ["that", "which", "who", "whom", "what"];
    public static readonly string[] Be = ["is", "are", "was", "were", "been", "being", "be", "get", "gets", "has been", "have been", "had been", "can be", "could be", "is being", "are being", "that's"];
    public static readonly string[] Do = ["do", "does", "did", "has", "have", "had", "can", "could", "may", "might", "will", "would"];
    public static readonly string[] Not = ["not", "never", "n't"];
    public static readonly string[] DoNot =
    [
        "do not", "does not", "did not", "don't", "doesn't", "didn't", "dont", "doesnt", "have not", "has not", "haven't", "hasn't", "do never", "never", "not", "cannot", "can not", "can't",
    ];

    public static readonly string[] BeNot = ["is not", "are not", "was not", "were not", "isn't", "aren't", "wasn't", "weren't", "not", "never", "have not been", "has not been", "is never", "are never", "have never been"];
    public static readonly string[] By = ["by", "in", "during"];
    public static readonly string[] Of = ["of", "for", "from", "by", "against", "belonging to", "associated with", "related to"];
    public static readonly string[] On = ["on", "for", "in", "affecting", "against", "running on", "that run on", "that runs on", "that work on", "that affect", "under", "within", "available on", "applicable to", "that apply to"];
    public static readonly string[] Most = ["most", "the most", "the greatest number of", "the largest number of", "the highest number of", "the biggest number of", "the greatest", "the highest", "the largest"];
    public static readonly string[] Fewest = ["the fewest", "fewest", "the least", "least", "the smallest number of", "the lowest number of"];

    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>
    {
        ["one"] = 1,
        ["two"] = 2,
        ["three"] = 3,
        ["four"] = 4,
        ["five"] = 5,
        ["six"] = 6,
        ["seven"] = 7,
        ["eight"] = 8,
        ["nine"] = 9,
        ["ten"] = 10,
        ["twelve"] = 12,
        ["fifteen"] = 15,
        ["twenty"] = 20,
        ["fifty"] = 50,
        ["hundred"] = 100,
    }.ToFrozenDictionary();

    /// <summary>ATT&amp;CK platforms: what people write, and how the data spells it.</summary>
    public static readonly FrozenDictionary<string, string> Platforms = new Dictionary<string, string>
    {
        ["windows"] = "Windows",
        ["microsoft windows"] = "Windows",
        ["linux"] = "Linux",
        ["macos"] = "macOS",
        ["mac os"] = "macOS",
        ["os x"] = "macOS",
        ["osx"] = "macOS",
        ["mac"] = "macOS",
        ["android"] = "Android",
        ["ios"] = "iOS",
        ["esxi"] = "ESXi",
        ["vmware esxi"] = "ESXi",
        ["network devices"] = "Network Devices",
        ["network device"] = "Network Devices",
        ["iaas"] = "IaaS",
        ["saas"] = "SaaS",
        ["containers"] = "Containers",
        ["container"] = "Containers",
        ["office suite"] = "Office Suite",
        ["identity provider"] = "Identity Provider",
        ["identity providers"] = "Identity Provider",
        ["office 365"] = "Office 365",
        ["pre"] = "PRE",
    }.ToFrozenDictionary();

    /// <summary>ATT&amp;CK tactics: what people write, and the short name in the data.</summary>
    public static readonly FrozenDictionary<string, string> Tactics = new[]
    {
        "reconnaissance", "resource development", "initial access", "execution", "persistence", "privilege escalation", "defense evasion", "credential access", "discovery",
        "lateral movement", "collection", "command and control", "exfiltration", "impact", "evasion", "inhibit response function", "impair process control",
    }.Select(name => (name, value: name.Replace(' ', '-')))
        .Concat([("defence evasion", "defense-evasion"), ("c2", "command-and-control"), ("recon", "reconnaissance")])
        .ToFrozenDictionary(x => x.Item1, x => x.Item2);

    /// <summary>ATT&amp;CK domains.</summary>
    public static readonly FrozenDictionary<string, string> Domains = new Dictionary<string, string>
    {
        ["att&ck"] = "*",
        ["mitre att&ck"] = "*",
        ["attack"] = "*",
        ["mitre attack"] = "*",
        ["the att&ck framework"] = "*",
        ["the mitre att&ck framework"] = "*",
        ["enterprise att&ck"] = "enterprise-attack",
        ["att&ck enterprise"] = "enterprise-attack",
        ["att&ck for enterprise"] = "enterprise-attack",
        ["mitre att&ck enterprise"] = "enterprise-attack",
        ["mitre att&ck for enterprise"] = "enterprise-attack",
        ["enterprise attack"] = "enterprise-attack",
        ["the enterprise matrix"] = "enterprise-attack",
        ["ics att&ck"] = "ics-attack",
        ["att&ck ics"] = "ics-attack",
        ["att&ck for ics"] = "ics-attack",
        ["mitre att&ck for ics"] = "ics-attack",
        ["the ics matrix"] = "ics-attack",
        ["mobile att&ck"] = "mobile-attack",
        ["att&ck mobile"] = "mobile-attack",
        ["att&ck for mobile"] = "mobile-attack",
        ["mitre att&ck for mobile"] = "mobile-attack",
    }.ToFrozenDictionary();

    public static bool TryNumber(string word, out int number) =>
        Numbers.TryGetValue(word, out number) || (word.Length <= 6 && int.TryParse(word, System.Globalization.NumberStyles.None, null, out number));

    private static FrozenSet<string> Set(params string[] words) => words.ToFrozenSet(StringComparer.Ordinal);
}
