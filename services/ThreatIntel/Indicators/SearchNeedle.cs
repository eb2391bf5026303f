using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Indicators;

/// <summary>Why an indicator was found.</summary>
internal static class MatchedBy
{
    public const string Value = "value";
    public const string Network = "network";
    public const string Domain = "domain";
    public const string Prefix = "prefix";
    public const string Text = "text";
    public const string Linked = "linked";
    public const string Likeness = "likeness";
}

/// <summary>A way of looking, what it looks for, and what a hit is worth.</summary>
internal sealed record SearchWay(string How, string Needle, double Score, string By);

/// <summary>What is looked for: where, and how much a hit there is worth.</summary>
/// <param name="Text">What is looked for, refanged, in lower case.</param>
/// <param name="Keys">Keys of equal values.</param>
/// <param name="Ways">Ways of looking.</param>
/// <param name="LastResort">Those that are tried where nothing else has found anything.</param>
internal sealed record SearchNeedle(string Text, Guid[] Keys, IReadOnlyList<SearchWay> Ways, IReadOnlyList<SearchWay> LastResort)
{
    /// <summary>
    /// <c>*.example.com</c> and <c>.example.com</c> ask for what is below a domain, <c>abc*</c> for what begins so; an
    /// address or range for what it lies in or holds; a hash for itself; everything else for a text.
    /// </summary>
    /// <remarks>
    /// Addresses consist of the same few letters, so that looking for them as texts means looking at most of them: that
    /// comes last.
    /// </remarks>
    public static SearchNeedle Of(string asked)
    {
        var text = Observables.Refang(asked).ToLowerInvariant();
        if ((text.StartsWith("*.", StringComparison.Ordinal) || text.StartsWith('.')) && DomainOf(text.TrimStart('*', '.')) is { } below)
        {
            return new SearchNeedle(below, [Observables.KeyOf(ObservableType.Domain, below)], [new(FindBy.Domain, below, 0.85, MatchedBy.Domain)], []);
        }

        if (text.Length > 1 && text.EndsWith('*'))
        {
            return new SearchNeedle(text[..^1], [], [new(FindBy.Prefix, text[..^1], 0.8, MatchedBy.Prefix)], []);
        }

        var candidates = Observables.Recognise(asked);
        Guid[] keys = [.. candidates.Select(candidate => candidate.Key)];
        var contained = new SearchWay(FindBy.Text, ObjectQueries.Containing(text), 0.3, MatchedBy.Text);
        var linked = new SearchWay(FindBy.Linked, ObjectQueries.Containing(text), 0.25, MatchedBy.Linked);
        SearchWay[] alike = text.Length < ShortestLikeness ? [] : [new SearchWay(FindBy.Fuzzy, text, 0.1, MatchedBy.Likeness)];
        return candidates[0].Type switch
        {
            ObservableType.Ipv4 or ObservableType.Ipv6 => new(
                text, keys, [new(FindBy.Network, candidates[0].Value, 0.9, MatchedBy.Network)], text.Contains('/', StringComparison.Ordinal) ? [] : [contained]),
            ObservableType.Md5 or ObservableType.Sha1 or ObservableType.Sha256 or ObservableType.Sha512 => new(text, keys, [contained], []),
            ObservableType.Domain => new(text, keys, [new(FindBy.Domain, candidates[0].Value, 0.85, MatchedBy.Domain), contained, linked], alike),
            _ => new(text, keys, [contained, linked], alike),
        };
    }

    /// <summary>A likeness of fewer letters says nothing.</summary>
    private const int ShortestLikeness = 4;

    private static string? DomainOf(string text) =>
        Observables.Recognise(text)[0] is { Type: ObservableType.Domain } domain ? domain.Value
        : text.Length > 0 && text.All(char.IsAsciiLetterOrDigit) ? text // a top-level domain alone
        : null;
}
