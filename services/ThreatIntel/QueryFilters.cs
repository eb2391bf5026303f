using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel;

/// <summary>Query parameters that lists filter by; whatever is wrong with them is reported together.</summary>
internal static class QueryFilters
{
    private const int MaxSearch = 200;

    public static bool? Flag(this QueryReader query, string name) => query.Text(name) switch
    {
        null => null,
        "true" or "1" => true,
        "false" or "0" => false,
        _ => query.Refuse<bool?>(name, "must be true or false"),
    };

    public static DateTimeOffset? Time(this QueryReader query, string name) => query.Text(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : query.Refuse<DateTimeOffset?>(name, "must be an ISO 8601 time");

    public static TlpLevel? Tlp(this QueryReader query, string name) => query.Text(name) is not { } text ? null
        : TlpLevels.TryParse(text.Replace(' ', '+'), out var level) ? level
        : query.Refuse<TlpLevel?>(name, "must be one of clear, green, amber, amber+strict, red");

    public static int? Number(this QueryReader query, string name, int from, int to) =>
        query.Text(name) is null ? null : query.Int(name, from, from, to);

    /// <summary>A text of at most 200 characters.</summary>
    public static string? Short(this QueryReader query, string name) => query.Text(name) is not { } text ? null
        : text.Length <= MaxSearch && !text.Contains('\0', StringComparison.Ordinal) ? text
        : query.Refuse<string?>(name, $"must have at most {MaxSearch} characters and no U+0000");

    private static T? Refuse<T>(this QueryReader query, string name, string message)
    {
        query.Fault(name, message);
        return default;
    }
}
