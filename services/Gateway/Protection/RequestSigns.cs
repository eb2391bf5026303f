using System.Buffers;
using Platform.Contracts;

namespace Platform.Gateway.Protection;

/// <summary>
/// What a refused request costs whoever sent it. Answers that were given are not looked at: whoever works with threats sends
/// the words of attackers all day.
/// </summary>
internal static class RequestSigns
{
    private static readonly SearchValues<string> Scans = SearchValues.Create(
        ["/.env", "/.git", "/.aws", "/.ssh", "/wp-", "/phpmyadmin", "/phpinfo", "/cgi-bin", "/actuator", "/server-status", "/solr/", "/vendor/", "/etc/passwd", ".php", ".asp", ".jsp", ".cgi", ".bak", ".sql"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Injections = SearchValues.Create(
        ["union select", "union+select", "union%20select", "' or ", "'+or+", "%27%20or%20", "%27+or+", "sleep(", "benchmark(", "waitfor delay", "xp_cmdshell", "information_schema", "<script", "%3cscript", "${jndi:", "%24%7bjndi", "../", "..%2f", "%2e%2e", "$(", "%24%28", "%00"],
        StringComparison.OrdinalIgnoreCase);

    /// <param name="status">Of the answer.</param>
    /// <param name="code">The gateway's own fault, where it was one.</param>
    /// <param name="target">Path and query as they came.</param>
    public static double PointsOf(int status, string? code, ReadOnlySpan<char> target)
    {
        var points = status switch
        {
            // Guessed, not forgotten or worn out.
            StatusCodes.Status401Unauthorized => code is ErrorCodes.AuthFailed or ErrorCodes.SignatureInvalid ? 4 : 1,
            StatusCodes.Status403Forbidden => code == ErrorCodes.GeoRestricted ? 0 : 1,
            StatusCodes.Status404NotFound => 1,
            StatusCodes.Status400BadRequest => 3,
            _ => 0.0,
        };
        if (points == 0)
        {
            return 0;
        }

        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        return points + (path.ContainsAny(Scans) ? 12 : 0) + (target.ContainsAny(Injections) ? 10 : 0);
    }
}
