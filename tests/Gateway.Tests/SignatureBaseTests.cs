using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Platform.Gateway.Signatures;

namespace Platform.Gateway.Tests;

/// <summary>What is signed, letter by letter.</summary>
public sealed class SignatureBaseTests
{
    private const string Minimal = "(\"@method\" \"@target-uri\");created=1;nonce=\"n\";keyid=\"ic_a\"";

    [Fact]
    public void Rfc9421_appendix_B_2_5_the_test_vector_for_hmac_sha256()
    {
        var request = Request("POST", "/foo?param=Value&Pet=dog");
        request.Headers.Date = "Tue, 20 Apr 2021 02:07:55 GMT";
        request.ContentType = "application/json";
        var input = SignatureInput.Parse("sig-b25=(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"");

        var text = MessageSignature.BaseOf(request, input!, "https", "example.com")!;

        Assert.Equal(
            "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@authority\": example.com\n\"content-type\": application/json\n"
            + "\"@signature-params\": (\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"",
            text);
        var secret = Convert.FromBase64String("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==");
        Assert.Equal("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=", Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(text))));
    }

    [Fact]
    public void Rfc9421_section_2_2_derived_components_have_their_values()
    {
        var input = SignatureInput.Parse("s=(\"@method\" \"@target-uri\" \"@scheme\" \"@path\" \"@query\" \"@request-target\");created=1;nonce=\"n\";keyid=\"k\"");
        Assert.Equal(
            "\"@method\": GET\n\"@target-uri\": https://api.example/a?b=c\n\"@scheme\": https\n\"@path\": /a\n\"@query\": ?b=c\n\"@request-target\": /a?b=c\n"
            + "\"@signature-params\": " + input!.Text,
            MessageSignature.BaseOf(Request("GET", "/a?b=c"), input, "https", "api.example"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("s=")]
    [InlineData("S=" + Minimal)]
    [InlineData("s=" + Minimal + ", t=" + Minimal)]
    [InlineData("s=(\"@method\"  \"@target-uri\");created=1;nonce=\"n\";keyid=\"k\"")]
    [InlineData("s=( \"@method\");created=1;nonce=\"n\";keyid=\"k\"")]
    [InlineData("s=(\"@method\" \"@method\");created=1;nonce=\"n\";keyid=\"k\"")]
    [InlineData("s=(\"@query-param\";name=\"a\");created=1;nonce=\"n\";keyid=\"k\"")]
    [InlineData("s=(\"x\";sf);created=1;nonce=\"n\";keyid=\"k\"")]
    [InlineData("s=(\"x\");created=\"1\";nonce=\"n\";keyid=\"k\"")]
    [InlineData("s=(\"x\");created=1;created=2;nonce=\"n\";keyid=\"k\"")]
    [InlineData("s=(\"x\");created=1; nonce=\"n\";keyid=\"k\"")]
    [InlineData("s=(\"x\");created=1;nonce=\"n;keyid=\"k\"")]
    [InlineData("s=(\"x\");created=1;nonce=\"n\\x\"")]
    [InlineData("s=(\"x\");created=12345678901234567;nonce=\"n\"")]
    [InlineData("s=(\"x\");unknown=1")]
    [InlineData("s=(\"x\"")]
    public void Rfc8941_whatever_is_not_one_canonical_member_is_not_read(string header) => Assert.Null(SignatureInput.Parse(header));

    [Fact]
    public void Escapes_in_strings_are_read()
    {
        var input = SignatureInput.Parse("s=(\"@method\");created=7;expires=9;nonce=\"a\\\"b\\\\c\";alg=\"hmac-sha256\";keyid=\"k\";tag=\"t\"")!;
        Assert.Equal((7L, 9L, "a\"b\\c", "hmac-sha256", "k"), (input.Created!.Value, input.Expires!.Value, input.Nonce!, input.Algorithm!, input.KeyId!));
    }

    private static HttpRequest Request(string method, string target)
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        context.Request.Method = method;
        return context.Request;
    }
}
