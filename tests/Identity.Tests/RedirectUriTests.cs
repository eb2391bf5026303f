using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Platform.Identity.Authorization;
using Platform.Identity.Browser;
using Platform.Identity.Clients;

namespace Platform.Identity.Tests;

/// <summary>What may be registered, and what counts as the same; PKCE's arithmetic; markup.</summary>
public sealed class RedirectUriTests
{
    [Theory]
    [InlineData("https://client.example/cb", true)]
    [InlineData("https://client.example", true)]
    [InlineData("https://client.example:8443/a/b?c=d", true)]
    [InlineData("http://localhost:3000/cb", true)]
    [InlineData("http://127.0.0.1/cb", true)]
    [InlineData("http://[::1]:1/cb", true)]
    [InlineData("com.example.app:/cb", true)]
    [InlineData("http://client.example/cb", false)]
    [InlineData("http://localhost.evil/cb", false)]
    [InlineData("https://client.example/cb#f", false)]
    [InlineData("https://client.example/cb#", false)]
    [InlineData("https://*.client.example/cb", false)]
    [InlineData("https://user@client.example/cb", false)]
    [InlineData("https://a@@b.example/cb", false)]
    [InlineData("https://client.example/a/../cb", false)]
    [InlineData("https://client.example/..;/cb", false)]
    [InlineData("https://client.example/%2e%2e/cb", false)]
    [InlineData("https://client.example/a%2Fb", false)]
    [InlineData("https://client.example//cb", false)]
    [InlineData("HTTPS://client.example/cb", false)]
    [InlineData("https://Client.example/cb", false)]
    [InlineData("https:/client.example/cb", false)]
    [InlineData("https:\\\\client.example\\cb", false)]
    [InlineData("https://client.example/c b", false)]
    [InlineData("https://client.example/cb\r\n", false)]
    [InlineData("//client.example/cb", false)]
    [InlineData("/cb", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("data:text/html,x", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("myapp:/cb", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Rfc7591_section_5_what_may_be_registered(string? uri, bool isGood) => Assert.Equal(isGood, RedirectUris.IsAcceptable(uri));

    [Theory]
    [InlineData("https://a.example/cb", "https://a.example/cb", true)]
    [InlineData("https://a.example/cb", "https://a.example:443/cb", false)]
    [InlineData("https://a.example:1/cb", "https://a.example:2/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:65535/cb", true)]
    [InlineData("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", true)]
    [InlineData("http://[::1]:1/cb", "http://[::1]:2/cb", true)]
    [InlineData("http://localhost:1/cb", "http://localhost:2/cb", false)]
    [InlineData("http://127.0.0.1:1/cb", "http://[::1]:1/cb", false)]
    [InlineData("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb/", false)]
    [InlineData("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb#x", false)]
    [InlineData("http://127.0.0.1:1/cb", "http://127.0.0.1:2@evil.example/cb", false)]
    [InlineData("http://127.0.0.1:1/cb", "http://127.0.0.1:/cb", false)]
    [InlineData("http://127.0.0.1:1/cb", "http://127.0.0.12:1/cb", false)]
    [InlineData("http://127.0.0.1:1", "http://127.0.0.1:2", true)]
    public void Rfc9700_section_2_1_what_counts_as_the_same(string registered, string asked, bool isSame) =>
        Assert.Equal(isSame ? asked : null, RedirectUris.Match([registered], asked));

    [Fact]
    public void Rfc6749_section_3_1_2_a_query_that_is_there_is_kept() =>
        Assert.Equal("https://a.example/cb?x=1&code=a%26b&iss=i", RedirectUris.With("https://a.example/cb?x=1", ("code", "a&b"), ("state", null), ("iss", "i")));

    [Theory]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", true)]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX", false)]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl", false)]
    [InlineData(null, false)]
    public void Rfc7636_appendix_b(string? verifier, bool isRight) =>
        Assert.Equal(isRight, RedeemCode.IsVerifier(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));

    [Theory]
    [InlineData(42, 'a', false)]
    [InlineData(43, 'a', true)]
    [InlineData(43, '-', true)]
    [InlineData(43, '.', true)]
    [InlineData(43, '_', true)]
    [InlineData(43, '~', true)]
    [InlineData(128, 'Z', true)]
    [InlineData(129, 'Z', false)]
    [InlineData(43, '+', false)]
    [InlineData(43, '/', false)]
    [InlineData(43, '=', false)]
    [InlineData(43, ' ', false)]
    [InlineData(43, 'ä', false)]
    public void Rfc7636_section_4_1_a_verifier_has_43_to_128_unreserved_characters(int length, char character, bool isGood)
    {
        var verifier = new string(character, length);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        Assert.Equal(isGood, RedeemCode.IsVerifier(verifier, challenge));
    }

    [Fact]
    public void Text_never_becomes_markup()
    {
        const string Attack = "\"><script>alert('1')</script>";
        var html = Html.Of($"<p title=\"{Attack}\">{Attack}{Html.Of($"<b>{1}</b>")}</p>").Markup;
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.EndsWith("<b>1</b></p>", html, StringComparison.Ordinal);
    }
}
