using System.Net;
using Microsoft.Extensions.Primitives;

namespace Platform.Gateway.Pipeline;

/// <summary>
/// Takes from a request every header that claims an identity or an origin which only the gateway may state, in any
/// spelling: servers on the way treat <c>_</c> and <c>-</c> alike.
/// </summary>
internal static class HeaderHygiene
{
    /// <summary>The address of the client, stated by the gateway alone.</summary>
    public const string ClientAddress = "X-Client-Address";

    /// <summary>When the request came, in microseconds since 1970, stated by the gateway alone.</summary>
    public const string ClientArrived = "X-Client-Arrived";

    /// <summary>The client's own <c>Authorization</c> where a protocol endpoint of Identity must see it.</summary>
    public const string ClientAuthorization = "X-Client-Authorization";

    private static readonly string[] Prefixes =
        ["x-tenant", "x-user", "x-forwarded", "x-internal", "x-original", "x-rewrite", "x-client-address", "x-client-arrived", "x-client-authorization"];

    private static readonly string[] Exact = ["forwarded", "x-real-ip", "x-http-method-override", "x-method-override", "x-http-method"];

    /// <summary>Removes the reserved headers.</summary>
    public static void Clean(IHeaderDictionary headers)
    {
        List<string>? reserved = null;
        foreach (var header in headers)
        {
            if (IsReserved(header.Key))
            {
                (reserved ??= []).Add(header.Key);
            }
        }

        if (reserved is null)
        {
            return;
        }

        foreach (var name in reserved)
        {
            headers.Remove(name);
        }
    }

    /// <summary>Whether a client may not send this header.</summary>
    public static bool IsReserved(string name)
    {
        if (name.Length == 0 || (name[0] | 0x20) is not ('x' or 'f'))
        {
            return false;
        }

        foreach (var prefix in Prefixes)
        {
            if (StartsWith(name, prefix) && (name.Length == prefix.Length || name[prefix.Length] is '-' or '_'))
            {
                return true;
            }
        }

        foreach (var exact in Exact)
        {
            if (name.Length == exact.Length && StartsWith(name, exact))
            {
                return true;
            }
        }

        // An alias of the credential header must not reach a service beside the verified identity.
        return name.Contains('_', StringComparison.Ordinal) && name.Length == 9 && StartsWith(name, "x-api-key");
    }

    /// <summary>The address to state, IPv4 in its own form.</summary>
    public static StringValues AddressOf(IPAddress? address) =>
        address is null ? "unknown" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    private static bool StartsWith(string name, string prefix)
    {
        if (name.Length < prefix.Length)
        {
            return false;
        }

        for (var i = 0; i < prefix.Length; i++)
        {
            var c = name[i] == '_' ? '-' : char.ToLowerInvariant(name[i]);
            if (c != prefix[i])
            {
                return false;
            }
        }

        return true;
    }
}
