using Stix.Patterns;

namespace Stix.Tests;

public sealed class PatternReaderTests
{
    [Theory]
    [InlineData("[ipv4-addr:value = '198.51.100.1']", "ipv4-addr=198.51.100.1")]
    [InlineData("[file:hashes.'SHA-256' = 'ab' AND file:name = 'x.exe']", "file:sha-256=ab;file:name=x.exe")]
    [InlineData("[file:hashes.MD5 = 'ab'] OR [domain-name:value IN ('a.example', 'b.example')]", "file:md5=ab;domain-name=a.example;domain-name=b.example")]
    [InlineData("[ipv4-addr:value ISSUBSET '203.0.113.0/24']", "ipv4-addr=203.0.113.0/24")]
    [InlineData("[url:value = 'http://example.com/it\\'s']", "url=http://example.com/it's")]
    [InlineData("[network-traffic:dst_ref.value = '2001:db8::1' AND network-traffic:dst_port = 443]", "ipv6-addr=2001:db8::1")]
    [InlineData("([email-addr:value = 'a@example.com'] FOLLOWEDBY [url:value LIKE 'http%']) WITHIN 5 SECONDS", "email-addr=a@example.com")]
    [InlineData("[ipv4-addr:value NOT = '198.51.100.1' AND domain-name:value != 'a.example']", "")]
    [InlineData("[(mutex:name = 'm' OR file:size > 10) AND EXISTS file:content_ref] REPEATS 5 TIMES START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'", "mutex=m")]
    [InlineData("[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0 AND windows-registry-key:values[0].data MATCHES '^a']", "")]
    [InlineData("[file:hashes.md5 = 'ab' or file:hashes.'SHA1' = 'cd']", "file:md5=ab;file:sha-1=cd")]
    public void Finds_the_values(string pattern, string expected)
    {
        var found = PatternObservables.Of(PatternReader.Parse(pattern));
        Assert.Equal(expected, string.Join(';', found.Select(value => $"{value.Type}={value.Value}")));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("ipv4-addr:value = 'x'", 1)]
    [InlineData("[ipv4-addr:value = 'x'", 23)]
    [InlineData("[ipv4-addr:value ~ 'x']", 18)]
    [InlineData("[ipv4-addr:value = x]", 20)]
    [InlineData("[ipv4-addr:value = 'x'] trailing", 25)]
    [InlineData("[ipv4-addr:value = 'x]", 20)]
    [InlineData("[file:name LIKE 5]", 17)]
    [InlineData("[file:size = 1.2.3]", 17)]
    [InlineData("[a:b = 'x'] WITHIN 0 SECONDS", 20)]
    [InlineData("[a:b = 'x'] REPEATS 1.5 TIMES", 21)]
    [InlineData("[a:b = 'x'] START t'2026-02-01T00:00:00Z' STOP t'2026-01-01T00:00:00Z'", 48)]
    [InlineData("[a:b = 'c:\\windows']", 11)]
    public void Refuses_with_the_place(string pattern, int character)
    {
        var error = Assert.Throws<PatternException>(() => PatternReader.Parse(pattern));
        Assert.Equal(character, error.Position + 1);
        Assert.EndsWith($"At character {character}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AND_binds_stronger_than_OR()
    {
        var tree = Assert.IsType<Observation>(PatternReader.Parse("[a:b = 1 OR c:d = 2 AND e:f = 3]"));
        Assert.Equal("OR", Assert.IsType<JoinedComparisons>(tree.Comparison).Operator);
    }

    [Fact]
    public void Bounds_nesting_but_not_length()
    {
        Assert.Throws<PatternException>(() => PatternReader.Parse(new string('(', 5_000) + "[a:b = 1]"));
        Assert.Throws<PatternException>(() => PatternReader.Parse("[" + new string('(', 5_000)));
        var pattern = "[" + string.Join(" OR ", Enumerable.Range(0, 4_000).Select(i => $"mutex:name='{i}'")) + "]";
        Assert.Equal(4_000, PatternObservables.Of(PatternReader.Parse(pattern)).Count);
        Assert.Throws<PatternException>(() => PatternReader.Parse(new string(' ', PatternReader.MaxLength + 1)));
    }
}
