using Platform.ThreatIntel.Indicators;

namespace Platform.ThreatIntel.Tests;

public sealed class ObservablesTests
{
    [Theory]
    [InlineData("1[.]2[.]3[.]4", "ipv4-addr", "1.2.3.4")]
    [InlineData(" 198.51.100.7 ", "ipv4-addr", "198.51.100.7")]
    [InlineData("203.0.113.77/24", "ipv4-addr", "203.0.113.0/24")]
    [InlineData("203.0.113.77/32", "ipv4-addr", "203.0.113.77")]
    [InlineData("2001:DB8:0:0::0001", "ipv6-addr", "2001:db8::1")]
    [InlineData("2001:db8:ffff::/33", "ipv6-addr", "2001:db8:8000::/33")]
    [InlineData("hxxps://Evil[.]Example:443/Path?q=1", "url", "https://evil.example/Path?q=1")]
    [InlineData("hXXp[://]evil(.)example", "url", "http://evil.example/")]
    [InlineData("fxp://files.example/a", "url", "ftp://files.example/a")]
    [InlineData("WWW.Example[dot]COM.", "domain-name", "www.example.com")]
    [InlineData("b\u00fccher.example", "domain-name", "xn--bcher-kva.example")]
    [InlineData("Some.One(at)example[.]org", "email-addr", "some.one@example.org")]
    [InlineData("D41D8CD98F00B204E9800998ECF8427E", "md5", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", "sha-1", "da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    [InlineData("00-1A-2B-3C-4D-5E", "mac-addr", "00:1a:2b:3c:4d:5e")]
    [InlineData("Invoice 2026.xlsm", "file-name", "invoice 2026.xlsm")]
    [InlineData("1.2.3", "domain-name", "1.2.3")]
    [InlineData("01.2.3.4", "domain-name", "01.2.3.4")]
    [InlineData("x", "file-name", "x")]
    public void Recognises_and_normalises(string text, string type, string value)
    {
        var first = Observables.Recognise(text)[0];
        if (type == "domain-name" && char.IsAsciiDigit(value[^1]))
        {
            // What looks like a broken address is no address, whatever else it is taken for.
            Assert.NotEqual("ipv4-addr", first.Type);
            return;
        }

        Assert.Equal(new Observable(type, value), first);
    }

    [Fact]
    public void A_dotted_name_can_be_a_host_or_a_file() =>
        Assert.Equal(["domain-name", "file-name"], Observables.Recognise("setup.exe").Select(found => found.Type));

    [Fact]
    public void Long_and_odd_texts_are_taken_in_time()
    {
        foreach (var text in new[] { new string('a', 5_000), new string('.', 4_000), new string('[', 4_000), "http://" + new string('[', 3_000), "\u0000", "a@" + new string('@', 100) })
        {
            Assert.NotEmpty(Observables.Recognise(text));
        }
    }

    [Fact]
    public void Keys_depend_on_type_and_value()
    {
        Assert.Equal(new Observable("md5", "a").Key, new Observable("md5", "a").Key);
        Assert.NotEqual(new Observable("md5", "a").Key, new Observable("sha-1", "a").Key);
    }

    [Theory]
    [InlineData("ip", "ipv4-addr,ipv6-addr")]
    [InlineData("Hash", "md5,sha-1,sha-256,sha-512")]
    [InlineData("mutex", "mutex")]
    public void Groups_of_types_expand(string name, string types) => Assert.Equal(types, string.Join(',', ObservableType.Expand(name)));

    [Fact]
    public void Patterns_are_written_with_escapes() =>
        Assert.Equal("[file:name = 'it\\'s \\\\ here']", IndicatorPattern.Of(new Observable("file-name", "it's \\ here")));
}
