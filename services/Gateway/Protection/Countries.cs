using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Platform.Gateway.Protection;

/// <summary>Rules of a tenant about the countries that its callers may come from (ISO 3166-1 codes); a null list says nothing.</summary>
internal sealed record CountryRule(IReadOnlySet<string>? Allowed, IReadOnlySet<string>? Denied)
{
    /// <summary>Null where there is no rule.</summary>
    public static CountryRule? Of(IReadOnlyList<string>? allowed, IReadOnlyList<string>? denied) =>
        allowed is not { Count: > 0 } && denied is not { Count: > 0 } ? null : new CountryRule(Set(allowed), Set(denied));

    private static HashSet<string>? Set(IReadOnlyList<string>? codes) => codes is { Count: > 0 } ? codes.ToHashSet(StringComparer.OrdinalIgnoreCase) : null;
}

/// <summary>Judges addresses by the operator's database of countries.</summary>
internal sealed partial class Countries
{
    private readonly GeoDatabase? _database;

    public Countries(IOptions<ProtectionOptions> options, ILogger<Countries> log)
    {
        if (options.Value.GeoDatabase is { Length: > 0 } path)
        {
            _database = GeoDatabase.Open(path);
            LogOpened(log, path);
        }
    }

    /// <summary>
    /// Whether a caller may come in from an address. One whose country is not known is in none of those that are allowed;
    /// addresses of private networks are in no country and always may.
    /// </summary>
    public bool Admits(CountryRule rule, IPAddress? address)
    {
        if (_database is null || address is null || IsPrivate(address))
        {
            return true;
        }

        var country = _database.CountryOf(address);
        return country is null ? rule.Allowed is null : rule.Allowed?.Contains(country) != false && rule.Denied?.Contains(country) != true;
    }

    private static bool IsPrivate(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain) || plain.IsIPv6LinkLocal || plain.IsIPv6UniqueLocal)
        {
            return true;
        }

        if (plain.AddressFamily != AddressFamily.InterNetwork)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[4];
        plain.TryWriteBytes(bytes, out _);
        return bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254);
    }

    [LoggerMessage(LogLevel.Information, "Countries of addresses are read from {Path}")]
    private static partial void LogOpened(ILogger logger, string path);
}
