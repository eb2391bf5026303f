using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.EndToEndTests;

/// <summary>Everything that a running platform tells about itself, and a search through it.</summary>
internal sealed partial class SignalSearch
{
    private const int Shown = 80;
    private readonly List<(string Where, string Text)> _signals = [];

    /// <summary>What went out over OTLP, what a scrape shows, and what was written to consoles, stores' included.</summary>
    public static async Task<SignalSearch> CollectAsync(PlatformFixture platform, CancellationToken ct)
    {
        var search = new SignalSearch();
        foreach (var (signal, bytes) in platform.Telemetry.Bodies)
        {
            search.Add($"OTLP {signal}", bytes);
        }

        using var http = new HttpClient();
        using var targets = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(platform.Instance.DataFolder, "scrape-targets.json"), ct));
        foreach (var target in targets.RootElement.EnumerateArray())
        {
            search.Add($"metrics of {target.GetProperty("labels").GetProperty("service")}", await http.GetByteArrayAsync($"http://{target.GetProperty("targets")[0]}/metrics", ct));
        }

        foreach (var log in Directory.EnumerateFiles(Path.Combine(platform.Instance.DataFolder, "logs"), "*.log"))
        {
            await using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var content = new MemoryStream();
            await file.CopyToAsync(content, ct);
            search.Add($"console of {Path.GetFileNameWithoutExtension(log)}", content.ToArray());
        }

        return search;
    }

    /// <summary>The kinds of signals that were collected.</summary>
    public IEnumerable<string> Kinds => _signals.Select(s => s.Where).Distinct();

    /// <summary>Latin-1 keeps every byte findable as text.</summary>
    public void Add(string where, byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        // Once, on the console alone, Identity tells whoever installs the platform how to sign in.
        _signals.Add((where, where == "console of identity" ? Announcement().Replace(text, "", 1) : text));
    }

    /// <summary>Where a secret shows: as it is in any case, and in base64 whatever stands before it.</summary>
    public List<string> Find(string secret)
    {
        var found = new List<string>();
        string[] spellings = [secret, .. Base64Of(secret)];
        foreach (var (where, text) in _signals)
        {
            foreach (var spelling in spellings)
            {
                var comparison = spelling == secret ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
                if (text.IndexOf(spelling, comparison) is var at and >= 0)
                {
                    found.Add($"{where}: …{Printable(text, at)}…");
                    break;
                }
            }
        }

        return found;
    }

    [GeneratedRegex(@"First start: sign in as \S+ with the password \S+")]
    private static partial Regex Announcement();

    // Three ways in which the bytes can meet base64's groups of three; the ends depend on what stands beside them.
    private static IEnumerable<string> Base64Of(string secret)
    {
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. Encoding.UTF8.GetBytes(secret)]).TrimEnd('=');
            yield return encoded[(before == 0 ? 0 : before + 1)..^2];
        }
    }

    private static string Printable(string text, int at)
    {
        var from = Math.Max(0, at - Shown);
        return new string([.. text.AsSpan(from, Math.Min(text.Length - from, 2 * Shown)).ToArray().Select(c => char.IsControl(c) ? ' ' : c)]);
    }
}
