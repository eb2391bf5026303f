using System.Collections.Frozen;

namespace Platform.Agent.Planning;

/// <summary>Reads questions about observables: one or more of them, and nothing else but words that ask.</summary>
internal static class LookupQuestions
{
    private const int MaxValues = 100;

    private static readonly FrozenSet<string> Asking = new[]
    {
        "look", "up", "lookup", "check", "is", "are", "do", "we", "you", "know", "known", "about", "what", "anything", "something", "have", "has", "been", "seen", "ever", "the", "a", "an", "this", "that",
        "these", "those", "ip", "ips", "address", "addresses", "domain", "domains", "url", "urls", "hash", "hashes", "file", "files", "filename", "indicator", "indicators", "ioc", "iocs", "email", "e-mail",
        "malicious", "bad", "dangerous", "suspicious", "threat", "threats", "and", "or", "any", "of", "in", "our", "data", "database", "there", "information", "info", "on", "for", "to", "us", "me", "tell", "show",
        "please", "can", "could", "it", "does", "exist", "listed", "reputation", "find", "search", "values", "value", "observable", "observables", "following", "explain", "describe", "who", "which", "safe", "blocked",
        "whether", "if", "i", "should", "care", "get", "matches", "match", "platform", "intel", "intelligence", "sha256", "sha1", "md5", "sha-256", "sha-1",
    }.ToFrozenSet();

    /// <summary>The plan, when every word is an observable or asks for one; null otherwise.</summary>
    public static LookupPlan? Read(IReadOnlyList<Token> tokens)
    {
        var values = new List<string>();
        foreach (var token in tokens)
        {
            if (Observables.Is(token.Text))
            {
                if (!values.Contains(token.Text))
                {
                    values.Add(token.Text);
                }
            }
            else if (!Asking.Contains(token.Word))
            {
                return null;
            }
        }

        return values.Count is > 0 and <= MaxValues ? new LookupPlan(values) : null;
    }
}

/// <summary>Reads "search indicators for …": what follows is the text to search, whatever it says.</summary>
internal static class SearchQuestions
{
    private const int Limit = 20;

    private static readonly string[] Openings =
    [
        "search indicators for", "search for indicators of", "search for indicators matching", "search for indicators containing", "find indicators matching", "find indicators containing",
        "find indicators for", "find indicators about", "show indicators matching", "show indicators containing", "list indicators matching", "list indicators containing", "search iocs for",
        "indicators matching", "indicators containing", "find iocs matching", "search the indicators for", "indicators mentioning", "find indicators mentioning",
    ];

    public static SearchPlan? Read(Sentence sentence, string message)
    {
        var opening = sentence.After(0, Openings);
        return opening > 0 && opening < sentence.Count
            ? new SearchPlan(message[sentence[opening].Start..sentence[sentence.Count - 1].End], Limit)
            : null;
    }
}
