using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>
/// What must not leave in a signal, found by its shape: e-mail addresses, tokens, passwords in connection strings and
/// URLs, literals in SQL. A second line of defence: the first is not to log them. A text without any comes back as the
/// same instance.
/// </summary>
internal static partial class Scrub
{
    public const string Mask = "***";

    private static readonly SearchValues<string> Hints = SearchValues.Create(
        ["@", "?", "eyJ", "bearer", "basic ", "password", "passwd", "pwd", "secret", "token", "api_key", "apikey", "api-key"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> SensitiveNames = SearchValues.Create(
        ["password", "passwd", "secret", "authorization", "cookie", "api_key", "apikey", "api-key", "accesstoken", "access_token", "refreshtoken", "refresh_token", "email", "e_mail"],
        StringComparison.OrdinalIgnoreCase);

    public static bool IsSensitiveName(string name) => name.AsSpan().ContainsAny(SensitiveNames);

    public static string Text(string text)
    {
        if (!text.AsSpan().ContainsAny(Hints))
        {
            return text;
        }

        var scrubbed = UserInfo().Replace(text, "$1" + Mask + "@");
        scrubbed = Query().Replace(scrubbed, "$1?" + Mask);
        scrubbed = Credentials().Replace(scrubbed, "$1" + Mask);
        scrubbed = Assignments().Replace(scrubbed, "$1" + Mask);
        scrubbed = JsonWebToken().Replace(scrubbed, Mask);
        scrubbed = EmailAddress().Replace(scrubbed, Mask);
        return scrubbed == text ? text : scrubbed;
    }

    /// <summary>Without query, fragment and user information.</summary>
    public static string Url(string url)
    {
        var end = url.AsSpan().IndexOfAny('?', '#');
        var kept = end < 0 ? url : url[..end];
        return kept.Contains('@', StringComparison.Ordinal) ? UserInfo().Replace(kept, "$1") : kept;
    }

    /// <summary>Quoted and dollar-quoted literals become <c>?</c>; the parameterised text stays as it is.</summary>
    public static string SqlLiterals(string sql)
    {
        if (sql.AsSpan().IndexOfAny('\'', '$') < 0)
        {
            return sql;
        }

        var kept = new StringBuilder(sql.Length);
        var changed = false;
        var at = 0;
        while (at < sql.Length)
        {
            var end = EndOfLiteral(sql, at);
            if (end == at)
            {
                kept.Append(sql[at++]);
                continue;
            }

            kept.Append('?');
            changed = true;
            at = end;
        }

        return changed ? kept.ToString() : sql;
    }

    // A literal that is cut off (long statements are) reaches to the end.
    private static int EndOfLiteral(string sql, int at)
    {
        if (sql[at] == '\'')
        {
            var escapes = at > 0 && sql[at - 1] is 'E' or 'e';
            for (var i = at + 1; i < sql.Length; i++)
            {
                if (escapes && sql[i] == '\\')
                {
                    i++;
                }
                else if (sql[i] == '\'')
                {
                    if (i + 1 < sql.Length && sql[i + 1] == '\'')
                    {
                        i++;
                        continue;
                    }

                    return i + 1;
                }
            }

            return sql.Length;
        }

        if (sql[at] == '$' && DollarQuote().Match(sql, at) is { Success: true } quote && quote.Index == at)
        {
            var close = sql.IndexOf(quote.Value, at + quote.Length, StringComparison.Ordinal);
            return close < 0 ? sql.Length : close + quote.Length;
        }

        return at;
    }

    [GeneratedRegex(@"\$([A-Za-z_]\w*)?\$", RegexOptions.CultureInvariant)]
    private static partial Regex DollarQuote();

    [GeneratedRegex(@"([a-z][a-z0-9+.-]*://)[^\s/@]*@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex("""(https?://[^\s?"'<>]+)\?[^\s"'<>]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Query();

    [GeneratedRegex(@"\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{6,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Credentials();

    [GeneratedRegex(
        """((?:password|passwd|pwd|secret|token|api[_-]?key)["']?\s*[=:]\s*["']?)[^\s;,&"'}]+""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assignments();

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?", RegexOptions.CultureInvariant)]
    private static partial Regex JsonWebToken();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+", RegexOptions.CultureInvariant)]
    private static partial Regex EmailAddress();
}
