namespace Platform.ThreatIntel.Indicators;

/// <summary>Writes the pattern that looks for one value.</summary>
internal static class IndicatorPattern
{
    /// <summary>Whether values of this type, or of every type of this group, can be looked for.</summary>
    public static bool Knows(string type) => Array.TrueForAll(ObservableType.Expand(type), one => PathOf(one) is not null);

    public static string Of(Observable observable)
    {
        var path = PathOf(observable.Type) ?? throw new ArgumentException($"No pattern looks for {observable.Type}.", nameof(observable));
        var value = observable.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
        return $"[{path} = '{value}']";
    }

    private static string? PathOf(string type) => type switch
    {
        ObservableType.Md5 => "file:hashes.MD5",
        ObservableType.Sha1 => "file:hashes.'SHA-1'",
        ObservableType.Sha256 => "file:hashes.'SHA-256'",
        ObservableType.Sha512 => "file:hashes.'SHA-512'",
        ObservableType.FileName => "file:name",
        "mutex" => "mutex:name",
        "windows-registry-key" => "windows-registry-key:key",
        "user-account" => "user-account:account_login",
        ObservableType.Ipv4 or ObservableType.Ipv6 or ObservableType.Domain or ObservableType.Url or ObservableType.Email or ObservableType.Mac => type + ":value",
        _ => null,
    };
}
