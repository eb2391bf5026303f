using System.Text;
using System.Text.Json;
using Stix;

namespace Platform.ThreatIntel.Objects;

/// <summary>
/// Reads properties of foreign JSON for our columns: a property of another type than expected is as good as absent,
/// since the original stays as it is in any case.
/// </summary>
internal static class JsonFields
{
    /// <summary>Longest name in a column that is indexed.</summary>
    public const int MaxName = 500;

    private const int MaxList = 1_000;

    public static string? Text(this JsonElement item, string name, int max = int.MaxValue) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Clean(value.GetString()!, max) : null;

    public static string[] Texts(this JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        var texts = new List<string>();
        foreach (var value in list.EnumerateArray())
        {
            if (value.ValueKind == JsonValueKind.String && texts.Count < MaxList)
            {
                texts.Add(Clean(value.GetString()!));
            }
        }

        return [.. texts];
    }

    public static DateTimeOffset? Time(this JsonElement item, string name) =>
        item.Text(name) is { } text && StixTimestamp.TryParse(Encoding.UTF8.GetBytes(text), out var time) ? time.ToMicroseconds() : null;

    public static int? Int(this JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    /// <summary>0 to 100 (STIX 2.1 section 3.2).</summary>
    public static int? Confidence(this JsonElement item) => item.Int("confidence") is >= 0 and <= 100 and var value ? value : null;

    /// <summary>The first of <c>external_references</c> that has an <c>external_id</c>, and where it leads.</summary>
    public static (string? Id, string? Url, string? Source) Reference(this JsonElement item)
    {
        if (!item.TryGetProperty("external_references", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return default;
        }

        string? source = null;
        foreach (var reference in list.EnumerateArray())
        {
            if (reference.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            source ??= reference.Text("source_name", MaxName);
            if (reference.Text("external_id", MaxName) is { } id)
            {
                return (id, reference.Text("url"), source);
            }
        }

        return (null, null, source);
    }

    /// <summary>The phase names of <c>kill_chain_phases</c>.</summary>
    public static string[] Phases(this JsonElement item)
    {
        if (!item.TryGetProperty("kill_chain_phases", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        var phases = new List<string>();
        foreach (var phase in list.EnumerateArray())
        {
            if (phase.ValueKind == JsonValueKind.Object && phase.Text("phase_name") is { } name && !phases.Contains(name))
            {
                phases.Add(name);
            }
        }

        return [.. phases];
    }

    /// <summary>PostgreSQL keeps no U+0000 in text and no more than microseconds in times.</summary>
    public static string Clean(string text, int max = int.MaxValue)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            text = text.Replace('\0', '\uFFFD');
        }

        if (text.Length <= max)
        {
            return text;
        }

        // A surrogate pair is not cut in half.
        return char.IsHighSurrogate(text[max - 1]) ? text[..(max - 1)] : text[..max];
    }

    public static DateTimeOffset ToMicroseconds(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % 10));

    /// <summary>What searches look in.</summary>
    public static string SearchText(params ReadOnlySpan<string?> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            if (!string.IsNullOrEmpty(part) && text.Length < MaxSearchText)
            {
                text.Append(text.Length == 0 ? "" : "\n").Append(part);
            }
        }

        return Clean(text.ToString().ToLowerInvariant(), MaxSearchText);
    }

    private const int MaxSearchText = 8_000;
}
