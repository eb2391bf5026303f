using System.Text.RegularExpressions;

namespace Platform.Agent.Planning;

/// <summary>Ids by their shape: ATT&amp;CK numbers, CVE numbers, STIX ids.</summary>
internal static partial class ExternalIds
{
    /// <summary>The id as the data spells it; null where the word is none.</summary>
    public static string? Read(string word) =>
        Attack().IsMatch(word) || Cve().IsMatch(word) ? word.ToUpperInvariant() : null;

    public static bool IsStixId(string word) => Stix().IsMatch(word);

    [GeneratedRegex(@"^(?:T\d{4}(?:\.\d{3})?|TA\d{4}|G\d{4}|S\d{4}|C\d{4}|M\d{4}|DS\d{4}|DC\d{4}|DET\d{4}|AN\d{4}|A\d{4})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Attack();

    [GeneratedRegex(@"^CVE-\d{4}-\d{4,7}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Cve();

    [GeneratedRegex("^[a-z][a-z0-9-]{1,60}--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", RegexOptions.CultureInvariant)]
    private static partial Regex Stix();
}
