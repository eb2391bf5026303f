using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Platform.Identity.Keys;

namespace Platform.Identity.Clients;

/// <summary>What a client is shown once: its secret, which also signs its requests, and its API key.</summary>
internal sealed record ShownCredentials(string? Secret, string? ApiKey);

/// <summary>
/// Makes and reads the secrets of clients. Of secret and API key a keyed hash is kept; the secret is kept sealed as well,
/// since HMAC signatures (RFC 9421) can only be checked with the secret itself. During a rotation's grace the secret
/// before it is good too.
/// </summary>
internal sealed class ClientCredentials(ClientSecrets secrets, Vault vault)
{
    private const string ApiKeyPrefix = "ik_";
    private const string ApiKeyPurpose = "client-api-key";
    private const int IdSize = 28;
    private const int SecretSize = 32;

    /// <summary>New credentials for a client that has none.</summary>
    public ShownCredentials Give(Client client)
    {
        (var secret, client.SecretHash) = secrets.NewSecret();
        client.SigningSecret = vault.Seal(Encoding.UTF8.GetBytes(secret), ContextOf(client.ClientId));
        return new ShownCredentials(secret, NewApiKey(client));
    }

    /// <summary>New credentials; the former secret is good until the grace ends, the former API key as well.</summary>
    public ShownCredentials Rotate(Client client, DateTimeOffset graceUntil)
    {
        client.PreviousSecretHash = client.SecretHash;
        client.PreviousSigningSecret = client.SigningSecret;
        client.PreviousApiKeyHash = client.ApiKeyHash;
        client.PreviousUntil = graceUntil;
        return Give(client);
    }

    /// <summary>Whether a secret is the client's, in constant time.</summary>
    public bool Matches(Client client, string secret, DateTimeOffset now) =>
        (client.SecretHash is { } hash && secrets.Matches(secret, hash))
        | (client.PreviousUntil > now && client.PreviousSecretHash is { } previous && secrets.Matches(secret, previous));

    /// <summary>The client that an API key names; it proves nothing yet.</summary>
    public static string? ClientIdOf(string? apiKey)
    {
        Span<byte> bytes = stackalloc byte[IdSize + SecretSize];
        return apiKey is { Length: 83 } && apiKey.StartsWith(ApiKeyPrefix, StringComparison.Ordinal)
            && Base64Url.DecodeFromChars(apiKey.AsSpan(ApiKeyPrefix.Length), bytes, out _, out var length) == OperationStatus.Done && length == bytes.Length
                ? ClientSecrets.IdOf(bytes[..IdSize])
                : null;
    }

    public bool MatchesApiKey(Client client, string apiKey, DateTimeOffset now)
    {
        var hash = vault.Hash(ApiKeyPurpose, Encoding.UTF8.GetBytes(apiKey));
        return CryptographicOperations.FixedTimeEquals(hash, client.ApiKeyHash ?? [])
            | (client.PreviousUntil > now && CryptographicOperations.FixedTimeEquals(hash, client.PreviousApiKeyHash ?? []));
    }

    /// <summary>The secrets that a signature may be made with, the current one first.</summary>
    public IReadOnlyList<byte[]> SigningSecrets(Client client, DateTimeOffset now)
    {
        var found = new List<byte[]>(2);
        if (client.SigningSecret is { } current)
        {
            found.Add(vault.Open(current, ContextOf(client.ClientId)));
        }

        if (client.PreviousUntil > now && client.PreviousSigningSecret is { } previous)
        {
            found.Add(vault.Open(previous, ContextOf(client.ClientId)));
        }

        return found;
    }

    private string NewApiKey(Client client)
    {
        Span<byte> bytes = stackalloc byte[IdSize + SecretSize];
        ClientSecrets.BytesOf(client.ClientId, bytes[..IdSize]);
        RandomNumberGenerator.Fill(bytes[IdSize..]);
        var key = ApiKeyPrefix + WebEncoders.Base64UrlEncode(bytes);
        client.ApiKeyHash = vault.Hash(ApiKeyPurpose, Encoding.UTF8.GetBytes(key));
        return key;
    }

    private static string ContextOf(string clientId) => "client/" + clientId;
}
