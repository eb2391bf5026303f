using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.IntegrationTests.Agent.Questions;

/// <summary>One turn of a conversation, and when its answer is right.</summary>
/// <param name="Question">What is asked.</param>
/// <param name="Check">Null where the answer is right, else what is wrong.</param>
internal sealed record Asked(string Question, Func<Reply, string?> Check)
{
    /// <summary>The answer's first sentence must state exactly this figure.</summary>
    public static Asked Number(string question, int expected) => new(question, reply =>
        reply.IsAnswered && reply.FirstFigures.Contains(expected) ? null : $"{expected} expected");

    /// <summary>The answer must list exactly these, or at least count them right where they are more than it shows.</summary>
    public static Asked Names(string question, IEnumerable<Fact> expected)
    {
        var names = expected.Select(f => f.Name).OrderBy(n => n, StringComparer.Ordinal).ToList();
        return new(question, reply =>
            !reply.IsAnswered ? "no answer"
            : names.Count > 100 ? (reply.FirstFigures.Contains(names.Count) ? null : $"{names.Count} expected")
            : names.SequenceEqual(reply.RowNames.Order(StringComparer.Ordinal)) ? null : $"{names.Count} names expected, {reply.RowNames.Count} came");
    }

    /// <summary>The first row must be one of these, with this figure.</summary>
    public static Asked First(string question, IEnumerable<string> names, int total) => new(question, reply =>
        reply.IsAnswered && reply.Totals is [var first, ..] && first == total && names.Contains(reply.RowNames[0]) ? null : $"{string.Join("/", names.Take(3))} with {total} expected");

    /// <summary>The figures of the rows, in order.</summary>
    public static Asked Ranks(string question, IEnumerable<int> totals) => new(question, reply =>
        reply.IsAnswered && reply.Totals.SequenceEqual(totals) ? null : $"{string.Join(",", totals)} expected, {string.Join(",", reply.Totals)} came");

    /// <summary>The answer must hold all of these texts.</summary>
    public static Asked Text(string question, params string[] parts) => new(question, reply =>
        reply.IsAnswered && parts.All(p => reply.Text.Contains(p, StringComparison.OrdinalIgnoreCase)) ? null : $"“{string.Join("”, “", parts)}” expected");

    public static Asked Yes(string question, bool expected) => new(question, reply =>
        reply.IsAnswered && reply.Text.Contains(expected ? "Yes: " : "No: ", StringComparison.Ordinal) ? null : expected ? "yes expected" : "no expected");

    /// <summary>Nothing may be stated: a refusal or a question back, with a reason.</summary>
    public static Asked Nothing(string question) => new(question, reply => reply.IsAnswered ? "a refusal expected" : reply.Text.Length > 20 ? null : "a reason expected");
}

/// <summary>An answer of the agent.</summary>
internal sealed partial record Reply(string Text, IReadOnlyList<JsonElement> Rows, double TookMs)
{
    /// <summary>Whether it states something: neither a refusal nor a question back nor a failure.</summary>
    public bool IsAnswered => !NotAnswered().IsMatch(Text);

    public IReadOnlyList<string> RowNames => [.. Rows.Select(r => r.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "")];

    public IReadOnlyList<int> Totals => [.. Rows.Where(r => r.TryGetProperty("total", out _)).Select(r => r.GetProperty("total").GetInt32())];

    /// <summary>The figures of the first sentence that are not part of a name.</summary>
    public IReadOnlyList<int> FirstFigures => [.. Figures().Matches(Sentence).Select(m => int.Parse(m.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)), .. None().IsMatch(Sentence) ? [0] : (int[])[]];

    private string Sentence => Text.StartsWith("(I read", StringComparison.Ordinal) ? Text[(Text.IndexOf('\n', StringComparison.Ordinal) + 1)..].Split('\n')[0] : Text.Split('\n')[0];

    [GeneratedRegex(@"(?<![\w(.\[-])\d[\d,]*(?![\w).\]-])")]
    private static partial Regex Figures();

    [GeneratedRegex(@"(There are|uses|has|mitigates|detects) no ")]
    private static partial Regex None();

    [GeneratedRegex("so I do not answer rather than guess|That can mean more than one thing|I cannot answer that|There is no question|more than I can read|I could not find out")]
    private static partial Regex NotAnswered();
}
