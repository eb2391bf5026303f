using System.Collections.Frozen;

namespace Platform.Agent.Planning;

/// <summary>The closed word classes of the question grammar, and the values of filters.</summary>
internal static class Lexicon
{
    /// <summary>Words that carry no meaning of their own wherever a noun phrase or a verb may start.</summary>
    public static readonly FrozenSet<string> Fillers = Set(
        "the", "a", "an", "any", "all", "known", "please", "ever", "also", "currently", "actively", "directly", "commonly", "typically", "reportedly",
        "different", "distinct", "unique", "individual", "exactly", "existing", "various", "its", "their", "of the", "mitre", "named", "called", "stix", "non-revoked", "non-deprecated", "live", "documented", "other", "total", "overall", "recorded", "tracked", "listed", "such", "possible", "specific", "particular", "publicly", "own", "number of", "relevant", "corresponding", "actual", "publicly-known", "single", "entire", "complete", "full");

    /// <summary>What may stand before a question.</summary>
    public static readonly string[] Openings =
    [
        "please", "hi", "hello", "hey", "so", "ok", "okay", "and", "can you tell me", "could you tell me", "can you", "could you", "would you", "will you", "i want to know",
        "i would like to know", "i'd like to know", "i'd like to see", "i would like to see", "i want to see", "could you", "can you please", "could you please", "would you please", "i am curious", "i'm curious", "i wonder", "i was wondering", "just wondering", "quick question", "out of curiosity", "question", "hi there",
        "hey there", "good morning", "good afternoon", "according to mitre", "according to att&ck", "according to mitre att&ck", "according to the data", "in mitre att&ck", "in att&ck", "within att&ck", "in the mitre att&ck framework", "in the att&ck framework", "in our data", "in the data", "in the knowledge graph", "in the graph",
        "based on att&ck", "based on mitre att&ck", "based on the data", "from our data", "per mitre", "do we know", "now", "then", "also", "next", "well", "actually", "and then", "but", "alright", "great", "thanks", "for my report", "as an analyst", "in enterprise att&ck", "let's see", "for a report", "can i get", "could i get", "may i ask", "help me", "i'm looking for",
        "i am looking for", "looking for", "tell me please", "in total", "overall", "any idea", "i need to find out", "i want to find out", "can you find out", "can we see", "we need to know", "we want to know", "my question is", "for the report", "in mitre", "can you check", "could you check", "please check", "check", "if possible", "i need to know", "i need", "i want", "do you know", "tell me", "let me know",
    ];

    /// <summary>What may stand after a question.</summary>
    public static readonly string[] Closings =
    [
        "please", "thanks", "thank you", "in total", "overall", "altogether", "are there", "is there", "there are", "exist", "exists", "do you know", "do you know of", "do we know",
        "do we know of", "do we have", "do you have", "are known", "is known", "are there in total", "in the data", "in the database", "in the graph", "in the knowledge graph",
        "in the platform", "in our data", "in the dataset", "are in the graph", "are in the database", "are in the data", "are in the platform", "are in the knowledge graph",
        "right now", "in mitre att&ck", "in att&ck", "in mitre", "according to mitre", "according to att&ck", "according to mitre att&ck", "according to the data", "in the framework", "in the mitre framework", "in the mitre att&ck framework", "in the att&ck framework", "in the att&ck data", "in your data", "in your database", "based on the data",
        "by mitre", "that we know of", "that you know of", "you know of", "we know of", "you know", "we know", "on record", "in the knowledge base", "today", "as of now", "so far", "to date", "if any", "exactly", "in all", "all together", "combined", "in it", "do you see", "do you track", "do we track", "are tracked", "are listed", "are documented", "are recorded",
        "are catalogued", "are there altogether", "have been documented", "have been recorded", "are we tracking", "are you tracking", "does att&ck list", "does mitre list", "does mitre track", "does att&ck have", "does mitre have", "does att&ck contain", "does att&ck document", "does mitre document", "does att&ck describe", "does att&ck define", "does mitre define", "does the data contain", "does the database contain", "does the graph contain", "does the dataset contain", "does the dataset have",
        "are in att&ck", "are in mitre att&ck", "are included", "are defined", "are available", "are part of att&ck", "are in the dataset", "are stored", "are loaded", "can you find", "can you see", "at all", "in there", "there", "in enterprise att&ck", "in the enterprise matrix", "in att&ck enterprise", "are known to att&ck", "as well", "too", "would you say", "does it have in total", "are found in att&ck",
        "available", "in the wild", "in the corpus", "does the framework have", "does the knowledge base have", "does the framework contain", "do you have on record", "are present", "listed", "are known of", "have been identified", "are found", "in the current version", "in version 18.1", "in att&ck 18.1", "in att&ck v18.1", "does enterprise att&ck have", "does enterprise att&ck contain", "do you have data on", "does the platform know", "does the platform hold", "do you hold", "do we hold", "do we have in the graph", "do we have on record", "and who", "as a whole",
        "in this dataset", "in this database", "in this platform", "in our database", "in our graph", "in our platform", "please list them", "list them", "and list them", "for us", "then", "now", "again", "currently", "at the moment", "for me", "to us", "directly",
    ];

    /// <summary>Words between a subject and its verb that only hedge.</summary>
    public static readonly string[] Hedges =
    [
        "known to", "known for", "been seen", "been observed", "been known to", "been reported", "been reported to", "reported to", "observed", "seen", "said to", "believed to", "thought to",
    ];

    public static readonly string[] Count = ["how many", "how many different", "how many total", "how many of the", "what number of", "give me the number of", "give me a count of", "what's the count of", "what is the count of", "what is the total count of", "show me the number of", "tell me the number of", "tell me how many", "what's the total number of", "the total count of", "total count of", "how much", "the amount of", "amount of", "number of different", "the number of different", "give the number of", "get the number of", "return the number of", "calculate the number of", "determine the number of", "compute the number of", "count all", "count every", "count each", "count up the", "how large is the number of", "count how many", "find the number of", "find out how many", "how many distinct", "get a count of", "can you count the", "what quantity of", "show the number of", "report the number of", "display the number of", "what is the overall number of", "state the number of", "how many known", "what total number of", "in total how many", "count of all", "how many unique", "number of", "the count of", "count of", "what is the number of", "what's the number of", "what is the total number of", "the total number of", "total number of", "count the", "count"];
    public static readonly string[] List =
    [
        "which", "what", "what are", "which are", "what're", "list", "list all", "show", "show me", "name", "give me", "give me a list of", "find", "find me", "get", "get me", "display", "enumerate",
        "tell me", "a list of", "list of", "who are", "which of", "which of the", "what kind of", "what kinds of", "what types of", "identify", "identify all", "find all", "show all", "show me all", "give me all", "get all", "i want to see", "i need a list of", "i need", "return", "provide", "provide a list of", "provide me with", "pull up", "pull", "fetch", "print", "look up", "search for", "what all", "tell me which", "tell me what", "tell me the", "tell me all", "tell me about the", "name all", "name the", "list the", "list me", "list out", "can you list", "what sort of", "are there any", "do you have", "what are all", "what are some of", "what are some", "name some", "enumerate all", "what is the", "what is", "which is", "who is", "output", "present", "get me a list of", "show a list of", "show me a list of", "which specific", "what specific", "which other", "what other", "see", "report", "retrieve", "give", "query", "extract", "write out", "spell out", "let me see", "what were", "which were", "which was", "which was the", "what was", "what was the", "every", "list every", "show every", "show me every", "give me every", "find every", "name every", "get every", "what would be",
    ];

    public static readonly string[] Relatives = ["that", "which", "who", "whom", "what"];
    public static readonly string[] Be = ["is", "are", "was", "were", "been", "being", "be", "get", "gets", "has been", "have been", "had been", "can be", "could be", "is being", "are being", "that's"];
    public static readonly string[] Do = ["do", "does", "did", "has", "have", "had", "can", "could"];
    public static readonly string[] Not = ["not", "never", "n't"];
    public static readonly string[] DoNot =
    [
        "do not", "does not", "did not", "don't", "doesn't", "didn't", "dont", "doesnt", "have not", "has not", "haven't", "hasn't", "do never", "never", "not", "cannot", "can not", "can't",
    ];

    public static readonly string[] BeNot = ["is not", "are not", "was not", "were not", "isn't", "aren't", "wasn't", "weren't", "not", "never", "have not been", "has not been", "is never", "are never", "have never been"];
    public static readonly string[] With = ["with", "having", "that have", "which have", "who have", "have", "has", "that has", "which has", "that possess", "possess", "that contain", "containing", "that include", "there are", "exist for which there are", "for which there are", "that come with", "come with", "that had", "had"];
    public static readonly string[] Without =
    [
        "without", "with no", "having no", "that have no", "which have no", "who have no", "have no", "has no", "lacking", "that lack", "which lack", "lack", "lacks", "that do not have", "that don't have", "do not have", "don't have", "does not have", "doesn't have", "missing",
        "that are missing", "for which there is no", "for which there are no", "with zero", "with 0", "have zero", "that have zero", "which don't have", "which do not have", "with none of the", "not having", "for which no",
    ];
    public static readonly string[] By = ["by", "in", "during", "across", "throughout", "within", "as part of", "over the course of", "in the course of"];
    public static readonly string[] Of = ["of", "for", "in", "to", "under", "on", "with", "tied to", "linked to", "connected to", "attributed to", "in the arsenal of", "in the toolkit of", "in the toolset of", "in the repertoire of", "in the case of", "that belong to", "that are associated with", "that are linked to", "that are related to", "that are tied to", "that relate to", "which are associated with", "that apply to", "applicable to", "available for", "available to", "recommended for", "suggested for", "listed for", "documented for", "recorded for", "known for", "reported for", "concerning", "that exist for", "defined for", "mapped to", "mapped for", "that are mapped to", "that map to", "assigned to", "attached to", "known to be used by", "at the disposal of", "are associated with", "are linked to", "are related to", "are mapped to", "are tied to", "are available for", "are listed for", "are recommended for", "are documented for", "are known for", "are recorded for", "are defined for", "exist for", "apply to", "relate to", "are there for", "are there in", "from", "by", "against", "belonging to", "associated with", "related to"];
    public static readonly string[] On = ["on", "for", "in", "affecting", "against", "running on", "that run on", "that runs on", "that work on", "that affect", "under", "within", "available on", "applicable to", "that apply to"];
    public static readonly string[] Most = ["most", "the most", "the greatest number of", "the largest number of", "the highest number of", "the biggest number of", "the greatest", "the highest", "the largest", "the greatest variety of", "the widest range of", "the most number of", "most of the", "the highest count of", "the largest set of", "the largest arsenal of", "the biggest", "highest number of", "largest number of", "the maximum number of", "the most different", "a greater number of"];
    public static readonly string[] Fewest = ["the fewest", "fewest", "the least", "least", "the smallest number of", "the lowest number of", "the lowest", "the smallest", "the minimum number of", "smallest number of", "lowest number of"];

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
