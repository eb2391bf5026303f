namespace Platform.ThreatIntel.Indicators;

/// <summary>Where in an indicator the searched text stands.</summary>
/// <param name="Field">value, name, description, labels, or linked: the name of a related object.</param>
/// <param name="Fragment">The text around it.</param>
/// <param name="Start">Where in the fragment it begins.</param>
/// <param name="Length">How long it is.</param>
internal sealed record Highlight(string Field, string Fragment, int Start, int Length);

/// <summary>Finds the places; positions instead of mark-up, so that a page that shows them escapes the text as any other.</summary>
internal static class Highlights
{
    private const int Around = 60;

    public static IReadOnlyList<Highlight> Of(IndicatorResource indicator, string text, string by, string? via)
    {
        var found = new List<Highlight>();
        if (by is MatchedBy.Network or MatchedBy.Value && indicator.Value is { } value)
        {
            found.Add(new Highlight("value", value, 0, value.Length));
        }
        else
        {
            Add("value", indicator.Value);
        }

        Add("name", indicator.Name);
        Add("description", indicator.Description);
        foreach (var label in indicator.Labels)
        {
            Add("labels", label);
        }

        Add("linked", via);
        return found;

        void Add(string field, string? content)
        {
            var at = content?.IndexOf(text, StringComparison.OrdinalIgnoreCase) ?? -1;
            if (at >= 0)
            {
                var (from, to) = (Edge(content!, at - Around), Edge(content!, at + text.Length + Around));
                found.Add(new Highlight(field, content![from..to], at - from, text.Length));
            }
        }
    }

    /// <summary>Inside the text, and not within a surrogate pair.</summary>
    private static int Edge(string text, int at)
    {
        at = Math.Clamp(at, 0, text.Length);
        return at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;
    }
}
