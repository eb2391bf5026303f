using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Platform.Tenancy.ApiKeys;

namespace Platform.Tenancy.Tests;

public sealed class KeyTextTests
{
    private static readonly KeyText Sample = new("live", "0123456789AB", new string('z', 43));

    private static KeyHasher Hasher(byte fill) => new(Options.Create(new TenancyOptions { KeyPepper = Convert.ToBase64String(Enumerable.Repeat(fill, 32).ToArray()) }));

    [Fact]
    public void A_new_key_reads_back_as_itself_and_is_like_no_other()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 1000; i++)
        {
            var key = KeyText.New("live");
            Assert.True(KeyText.TryParse(key.ToString(), out var read));
            Assert.Equal(key, read);
            Assert.True(seen.Add(key.Prefix) && seen.Add(key.Secret));
        }
    }

    [Fact]
    public void The_secret_has_256_bits() => Assert.True(KeyText.SecretLength * Math.Log2(KeyText.Alphabet.Distinct().Count()) >= 256);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("pk_live")]
    [InlineData("pk__0123456789AB_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("sk_live_0123456789AB_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("pk_LIVE_0123456789AB_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("pk_live_0123456789A-_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("pk_live_0123456789AB_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("pk_live_0123456789AB_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\n")]
    [InlineData("pk_live_0123456789AB-zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("pk_abcdefghijklmnopq_0123456789AB_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void Whatever_has_another_form_is_not_a_key(string? text) => Assert.False(KeyText.TryParse(text, out _));

    [Fact]
    public void The_hash_is_an_hmac_of_the_whole_key_under_the_pepper()
    {
        var expected = HMACSHA256.HashData(Enumerable.Repeat((byte)7, 32).ToArray(), System.Text.Encoding.ASCII.GetBytes(Sample.ToString()));
        Assert.Equal(Convert.ToHexStringLower(expected), Hasher(7).Hash(Sample));
        Assert.NotEqual(Hasher(7).Hash(Sample), Hasher(8).Hash(Sample));
        Assert.NotEqual(Hasher(7).Hash(Sample), Hasher(7).Hash(Sample with { Environment = "test" }));
    }

    [Fact]
    public void Hashes_are_equal_only_to_themselves()
    {
        var hash = Hasher(7).Hash(Sample);
        Assert.True(KeyHasher.Equal(hash, hash));
        Assert.False(KeyHasher.Equal(hash, null));
        Assert.False(KeyHasher.Equal(hash, ""));
        Assert.False(KeyHasher.Equal(hash, hash[..^1] + (hash[^1] == 'a' ? 'b' : 'a')));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("not base64!", false)]
    [InlineData("c2hvcnQ=", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", true)]
    public void A_pepper_is_32_bytes_of_base64(string text, bool valid) => Assert.Equal(valid, TenancyOptions.IsPepper(text));

    [Theory]
    [InlineData("live", true)]
    [InlineData("test2", true)]
    [InlineData("", false)]
    [InlineData("with_line", false)]
    [InlineData("Upper", false)]
    [InlineData("seventeenletters1", false)]
    public void An_environment_is_a_short_word(string text, bool valid) => Assert.Equal(valid, TenancyOptions.IsEnvironment(text));
}
