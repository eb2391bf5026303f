using System.Text;

namespace Platform.Agent.Models;

/// <summary>
/// Takes out of a model's text, as it streams, what a client might fetch by itself: an image whose address carries data
/// away. What may yet become one is held back until it is clear.
/// </summary>
internal sealed class SpokenText
{
    private static readonly string[] Fetching = ["![", "<img", "<iframe", "<script", "<object", "<embed", "<link", "<svg", "<video", "<audio"];

    private readonly StringBuilder _held = new();

    /// <summary>What can be said now.</summary>
    public string Next(string text)
    {
        _held.Append(text);
        var safe = Harmless(_held.ToString());
        _held.Clear();
        var keep = Undecided(safe);
        _held.Append(safe, safe.Length - keep, keep);
        return safe[..^keep];
    }

    /// <summary>What was held back to the end.</summary>
    public string Rest()
    {
        var rest = _held.ToString();
        _held.Clear();
        return rest;
    }

    private static string Harmless(string text)
    {
        foreach (var opening in Fetching)
        {
            // The mark that makes it an image or an element goes; the words stay.
            text = text.Replace(opening, opening == "![" ? "[" : "&lt;" + opening[1..], StringComparison.OrdinalIgnoreCase);
        }

        return text;
    }

    private static int Undecided(string text)
    {
        foreach (var length in (int[])[7, 6, 5, 4, 3, 2, 1])
        {
            if (length <= text.Length && Array.Exists(Fetching, f => f.Length > length && f.AsSpan().StartsWith(text.AsSpan(text.Length - length), StringComparison.OrdinalIgnoreCase)))
            {
                return length;
            }
        }

        return 0;
    }
}
