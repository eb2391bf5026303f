using System.Security.Cryptography;
using System.Text;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Models;

/// <summary>
/// Seals the keys of model servers (AES-256-GCM) with a key that is not in the database. The context is authenticated,
/// so that a sealed key opens only where it was sealed, and only for the server that it was given for.
/// </summary>
internal sealed class ProviderVault(IConfiguration configuration)
{
    private readonly Lazy<byte[]> _key = new(() => SecretFile.Key(configuration, AgentSetup.ServiceName, "providers.key"));

    public byte[] Seal(string secret, Provider provider) => InternalSecrets.Seal(_key.Value, Encoding.UTF8.GetBytes(secret), ContextOf(provider));

    /// <exception cref="ModelException">It was sealed with another key.</exception>
    public string? Open(Provider provider)
    {
        try
        {
            return provider.ApiKey is { } box ? Encoding.UTF8.GetString(InternalSecrets.Open(_key.Value, box, ContextOf(provider))) : null;
        }
        catch (CryptographicException exception)
        {
            throw new ModelException("The provider's key cannot be read any more: give it again.", exception);
        }
    }

    private static string ContextOf(Provider provider) => $"provider/{provider.TenantId}/{provider.Id}/{provider.BaseUrl}";
}
