using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Platform.Identity.Keys;
using Platform.Identity.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tests;

public sealed class KeyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Vault NewVault() => new(Options.Create(new IdentitySettings { KeyEncryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) }));

    [Fact]
    public void What_many_threads_seal_at_once_can_be_opened()
    {
        var vault = NewVault();
        var content = RandomNumberGenerator.GetBytes(500);

        var boxes = new byte[20_000][];
        Parallel.For(0, boxes.Length, i => boxes[i] = vault.Seal(content, "message/1"));

        Assert.All(boxes, box => Assert.Equal(content, vault.Open(box, "message/1")));
    }

    [Fact]
    public void What_is_sealed_opens_in_its_own_context_alone()
    {
        var vault = NewVault();
        var box = vault.Seal([1, 2, 3], "key-1");
        Assert.Equal([1, 2, 3], vault.Open(box, "key-1"));
        Assert.ThrowsAny<CryptographicException>(() => vault.Open(box, "key-2"));
        var other = NewVault();
        Assert.ThrowsAny<CryptographicException>(() => other.Open(box, "key-1"));
        box[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => vault.Open(box, "key-1"));
    }

    [Fact]
    public void Hashes_depend_on_key_purpose_and_content()
    {
        var vault = NewVault();
        var other = NewVault();
        Assert.Equal(vault.Hash("a", [1]), vault.Hash("a", [1]));
        Assert.NotEqual(vault.Hash("a", [1]), vault.Hash("b", [1]));
        Assert.NotEqual(vault.Hash("a", [1]), vault.Hash("a", [2]));
        Assert.NotEqual(vault.Hash("a", [1]), other.Hash("a", [1]));
    }

    [Theory]
    [InlineData(SecurityAlgorithms.EcdsaSha256, "EC", new[] { "alg", "crv", "kid", "kty", "use", "x", "y" })]
    [InlineData(SecurityAlgorithms.RsaSha256, "RSA", new[] { "alg", "e", "kid", "kty", "n", "use" })]
    public void Rfc7517_a_published_key_has_its_public_members_only_and_a_thumbprint_as_id(string algorithm, string type, string[] members)
    {
        var (row, privateKey) = LoadedKey.Generate(algorithm, Now, Now);
        var loaded = LoadedKey.From(row, privateKey);
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(loaded.Public, Json.Options));
        Assert.Equal(members, json.RootElement.EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(type, json.RootElement.GetProperty("kty").GetString());
        var published = new JsonWebKey(json.RootElement.GetRawText());
        Assert.Equal(row.KeyId, Base64UrlEncoder.Encode(published.ComputeJwkThumbprint()));
        Assert.False(published.HasPrivateKey);
    }

    [Fact]
    public void An_opaque_token_names_its_row_and_is_recognised_by_its_hash()
    {
        var vault = NewVault();
        var tokens = new OpaqueTokens(vault);
        var (tenant, id) = (Guid.NewGuid(), Guid.NewGuid());
        var (token, hash) = tokens.Create(OpaqueTokens.Refresh, tenant, id);
        var read = OpaqueTokens.Parse(OpaqueTokens.Refresh, token)!.Value;
        Assert.Equal((tenant, id), (read.TenantId, read.Id));
        Assert.True(tokens.Matches(read, hash));
        Assert.NotEqual(token, tokens.Create(OpaqueTokens.Refresh, tenant, id).Token);

        // Another tenant or row in the text makes another token.
        var forged = token[..4] + (token[4] == 'A' ? 'B' : 'A') + token[5..];
        Assert.False(tokens.Matches(OpaqueTokens.Parse(OpaqueTokens.Refresh, forged)!.Value, hash));
        foreach (var wrong in new[] { null, "", "rt_", token[..^1], token + "A", "rt_" + new string('*', 86) })
        {
            Assert.Null(OpaqueTokens.Parse(OpaqueTokens.Refresh, wrong));
        }
    }
}
