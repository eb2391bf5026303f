using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Indicators;
using Platform.ThreatIntel.Lifecycle;

namespace Platform.ThreatIntel.Formats;

/// <summary>
/// What a report in prose names: addresses, domains, URLs, e-mail addresses, hashes and CVE numbers, defanged or not. Each
/// becomes an indicator or a vulnerability, and all of them hang on one report object.
/// </summary>
internal static partial class ReportText
{
    private const int MaxFindings = 20_000;

    private static readonly HashSet<string> FileEndings =
    [
        "exe", "dll", "sys", "bat", "cmd", "ps1", "vbs", "js", "jar", "zip", "rar", "doc", "docx", "xls", "xlsx", "pdf", "txt", "php", "html", "htm", "asp",
        "aspx", "jsp", "png", "jpg", "gif", "json", "xml", "csv", "log", "tmp", "dat", "bin", "lnk", "iso", "msi", "rtf", "py", "c", "cpp", "cs", "h", "md", "cfg", "ini",
    ];

    public static List<ForeignObject> Read(byte[] body, string name)
    {
        var text = Encoding.UTF8.GetString(body).TrimStart('\uFEFF');
        if (string.IsNullOrWhiteSpace(text) || text.Contains('\0', StringComparison.Ordinal))
        {
            throw new FaultException(new Fault(ErrorCodes.MalformedRequest, "The body is not a text."));
        }

        var objects = new List<ForeignObject>();
        var refs = new List<string>();
        foreach (var observable in Find(text))
        {
            Add(ForeignObject.Indicator(observable));
        }

        foreach (var cve in Cves().Matches(text).Select(match => match.Value.ToUpperInvariant()).Distinct().Take(MaxFindings))
        {
            var item = ForeignObject.Create("vulnerability", cve);
            item["name"] = cve;
            item["external_references"] = new JsonArray(new JsonObject { ["source_name"] = "cve", ["external_id"] = cve });
            Add(item);
        }

        if (refs.Count > 0)
        {
            var report = ForeignObject.Create("report", Convert.ToHexStringLower(SHA256.HashData(body)));
            report["name"] = name.Length > 0 ? Shorten(name, 500) : Title(text);
            report["description"] = Shorten(text, 32_000);
            report["report_types"] = new JsonArray("threat-report");
            report["object_refs"] = ForeignObject.ListOf(refs);
            objects.Add(new ForeignObject(report));
        }

        return objects;

        void Add(JsonObject item)
        {
            objects.Add(new ForeignObject(item));
            refs.Add(item["id"]!.GetValue<string>());
        }
    }

    /// <summary>The observables that a text names, each once, in the order in which they come; what stands on a warning list does not count.</summary>
    public static IReadOnlyList<Observable> Find(string text)
    {
        var found = new List<Observable>();
        var seen = new HashSet<Observable>();
        foreach (Match match in Words().Matches(text))
        {
            var word = match.Value.TrimStart('(', '[', '{').TrimEnd('.', ',', ';', ':', '!', '?', ')', ']', '}', '"', '\'', '>', '|');
            if (word.Length is < 4 or > Observables.MaxLength)
            {
                continue;
            }

            var observable = Observables.Recognise(word)[0];
            if (observable.Type != ObservableType.FileName && IsPlausible(observable) && IndicatorPattern.Knows(observable.Type)
                && WarningLists.Find(observable.Type, observable.Value) is null && seen.Add(observable) && found.Count < MaxFindings)
            {
                found.Add(observable);
            }
        }

        return found;
    }

    /// <summary>A word with a dot is a host only where its ending is no file's and holds letters alone.</summary>
    private static bool IsPlausible(Observable observable)
    {
        if (observable.Type != ObservableType.Domain)
        {
            return true;
        }

        var ending = observable.Value[(observable.Value.LastIndexOf('.') + 1)..];
        return !FileEndings.Contains(ending) && (ending.All(char.IsAsciiLetter) || ending.StartsWith("xn--", StringComparison.Ordinal));
    }

    private static string Title(string text)
    {
        var line = text.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        return Shorten((end < 0 ? line : line[..end]).Trim().ToString(), 200);
    }

    private static string Shorten(string text, int most) => Objects.JsonFields.Clean(text, most);

    [GeneratedRegex(@"[^\s,;""'<>`|]+", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Words();

    [GeneratedRegex(@"\bCVE-\d{4}-\d{4,7}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Cves();
}
