namespace Platform.ThreatIntel.Indicators;

/// <summary>
/// The types of values that indicators look for: STIX names for observables, <c>file-name</c>, and the algorithm for
/// hashes. Filters also take the short names of groups.
/// </summary>
internal static class ObservableType
{
    public const string Ipv4 = "ipv4-addr";
    public const string Ipv6 = "ipv6-addr";
    public const string Domain = "domain-name";
    public const string Url = "url";
    public const string Email = "email-addr";
    public const string Mac = "mac-addr";
    public const string Md5 = "md5";
    public const string Sha1 = "sha-1";
    public const string Sha256 = "sha-256";
    public const string Sha512 = "sha-512";
    public const string FileName = "file-name";

    /// <summary>The types behind a name that a filter gives: itself, or all of a group.</summary>
    public static string[] Expand(string name) => name.ToLowerInvariant() switch
    {
        "ip" => [Ipv4, Ipv6],
        "ipv4" => [Ipv4],
        "ipv6" => [Ipv6],
        "domain" or "hostname" => [Domain],
        "email" => [Email],
        "mac" => [Mac],
        "hash" or "file" or "file_hash" or "file-hash" => [Md5, Sha1, Sha256, Sha512],
        "sha1" => [Sha1],
        "sha256" => [Sha256],
        "sha512" => [Sha512],
        "filename" or "file_name" => [FileName],
        var other => [other],
    };

    /// <summary>The type of a value of the pattern library (<c>file:md5</c>, <c>ipv4-addr</c> …).</summary>
    public static string FromPattern(string type) => type switch
    {
        "file:name" => FileName,
        _ when type.StartsWith("file:", StringComparison.Ordinal) => type["file:".Length..],
        _ => type,
    };
}
