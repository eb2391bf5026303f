using System.Security.Cryptography;
using System.Text;
using Platform.Gateway.Authentication;
using Platform.Gateway.Proxy;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Caching;

/// <summary>
/// The key of an answer: who it is for (tenant, clearance, effective permissions and, unless the route shares its answers,
/// the subject), what was asked (path, which holds the version, and normalised query) and the headers that it may vary by.
/// Every part ends with a character that none can hold, so that no two requests make the same key.
/// </summary>
internal static class CacheKeys
{
    private const char End = '\n';

    public static string Of(HttpRequest request, Credential credential, RouteRules rules)
    {
        var key = new StringBuilder(256).Append(rules.SharesAnswers ? credential.SharedScope ??= ScopeOf(credential.Caller) : (credential.SharedScope ??= ScopeOf(credential.Caller)) + credential.Caller.Subject)
            .Append(End).Append(request.Path.Value).Append(End);
        AppendQuery(key, request.QueryString.Value);
        foreach (var header in CacheDirectives.KeyHeaders)
        {
            key.Append(End).Append(request.Headers[header].ToString());
        }

        return key.ToString();
    }

    /// <summary>The key of an operation's answer. Paths begin with a slash, so that none is another's.</summary>
    /// <param name="operation">Names the document, the operation and the variables.</param>
    /// <param name="isPrivate">Whether it is for this caller alone.</param>
    /// <param name="credential">Of the caller.</param>
    public static string Of(string operation, bool isPrivate, Credential credential) =>
        $"{credential.SharedScope ??= ScopeOf(credential.Caller)}{(isPrivate ? credential.Caller.Subject : "")}{End}graphql{End}{operation}";

    /// <summary>Its name in Redis.</summary>
    public static string InRedis(Guid tenant, string key) =>
        $"t:{tenant:D}:cache:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";

    private static string ScopeOf(Caller caller) =>
        $"{caller.TenantId:N}{End}{(int)caller.Clearance}{End}{string.Join(' ', caller.Permissions.Granted.Order(StringComparer.Ordinal))}{End}";

    /// <summary>Parameters in the order of their names; those of one name keep theirs, which may mean something.</summary>
    private static void AppendQuery(StringBuilder key, string? query)
    {
        if (query is not { Length: > 1 })
        {
            return;
        }

        if (!query.Contains('&', StringComparison.Ordinal))
        {
            key.Append(query, 1, query.Length - 1);
            return;
        }

        key.AppendJoin('&', query[1..].Split('&', StringSplitOptions.RemoveEmptyEntries).OrderBy(static p => p.Split('=', 2)[0], StringComparer.Ordinal));
    }
}
