using System.Text.RegularExpressions;

namespace Platform.Agent.Models;

/// <summary>
/// Holds a model to its sources: a figure that stands in no tool result and not in the question was made up. Figures of
/// one digit count things in a sentence as often as they state something, and are let pass where no result is that small.
/// </summary>
internal sealed partial class Grounding
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public Grounding(string question) => AddNumbers(question);

    /// <summary>What a tool brought back.</summary>
    public void Add(string data, int rows)
    {
        AddNumbers(data);
        _known.Add(rows.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The figures of an answer that nothing supports, each once.</summary>
    public IReadOnlyList<string> Unsupported(string text)
    {
        var figures = new List<string>();
        // Marks of sources and the numbers of a list are not figures.
        foreach (Match match in Figures().Matches(Marks().Replace(text, " ")))
        {
            if (!_known.Contains(Plain(match.Value)) && !figures.Contains(match.Value))
            {
                figures.Add(match.Value);
            }
        }

        return figures;
    }

    private void AddNumbers(string text)
    {
        foreach (Match match in Numbers().Matches(text))
        {
            _known.Add(Plain(match.Value));
        }
    }

    private static string Plain(string number)
    {
        var plain = number.Replace(",", "", StringComparison.Ordinal);
        plain = plain.Contains('.', StringComparison.Ordinal) ? plain.TrimEnd('0').TrimEnd('.') : plain;
        return plain.TrimStart('0') is { Length: > 0 } digits ? digits : "0";
    }

    /// <summary>What stands in a name, such as APT28 or T1059.001, is none.</summary>
    [GeneratedRegex(@"(?<![\w.-])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)", RegexOptions.CultureInvariant)]
    private static partial Regex Figures();

    [GeneratedRegex(@"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"\[\d{1,3}\]|^\s*\d{1,3}[.)]\s", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Marks();
}
