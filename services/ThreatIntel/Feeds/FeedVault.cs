using System.Security.Cryptography;
using System.Text;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Feeds;

/// <summary>
/// Seals what sources are told (AES-256-GCM). The key lies in a file of the service's own, made at first need, and not
/// in the database: whoever reads the database or a backup of it reads no password. The context is authenticated, so
/// that a secret cannot be moved to another feed.
/// </summary>
internal sealed class FeedVault(IConfiguration configuration)
{
    private readonly Lazy<byte[]> _key = new(() => SecretFile.Key(configuration, ThreatIntelSetup.ServiceName, "feeds.key"));

    public byte[] Seal(string secret, Feed feed) => InternalSecrets.Seal(_key.Value, Encoding.UTF8.GetBytes(secret), ContextOf(feed));

    /// <summary>The secret of a feed; null where it has none.</summary>
    /// <exception cref="FeedException">It was sealed with another key.</exception>
    public string? Open(Feed feed)
    {
        try
        {
            return feed.Secret is { } box ? Encoding.UTF8.GetString(InternalSecrets.Open(_key.Value, box, ContextOf(feed))) : null;
        }
        catch (CryptographicException)
        {
            throw new FeedException("The secret of the feed cannot be read any more: give it again.");
        }
    }

    private static string ContextOf(Feed feed) => $"feed/{feed.TenantId}/{feed.Id}";
}
