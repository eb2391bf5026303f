using System.Globalization;
using System.Text;

namespace Platform.Agent.Planning;

/// <summary>Prepares text that came from data for being shown: one line, no control or direction characters, not endless.</summary>
internal static class Shown
{
    private const int MaxName = 120;

    public static string Name(string text) => Line(text, MaxName);

    public static string Line(string text, int limit)
    {
        var shown = new StringBuilder(Math.Min(text.Length, limit) + 1);
        var space = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                space = shown.Length > 0;
                continue;
            }

            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse)
            {
                continue;
            }

            if (shown.Length + rune.Utf16SequenceLength + (space ? 1 : 0) > limit)
            {
                shown.Append('…');
                break;
            }

            if (space)
            {
                shown.Append(' ');
                space = false;
            }

            shown.Append(rune.ToString());
        }

        return shown.ToString();
    }
}
