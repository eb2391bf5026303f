using System.Net;
using Platform.ServiceDefaults.Outbound;

namespace Platform.ServiceDefaults.Tests.Outbound;

public sealed class AddressRulesTests
{
    private static readonly AddressRules Rules = new([]);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.170")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    public void Special_purpose_IPv4_is_refused(string address) => Assert.False(Rules.Permits(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.1")]
    [InlineData("169.253.255.255")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.167.255.255")]
    [InlineData("192.169.0.0")]
    [InlineData("223.255.255.255")]
    public void Public_IPv4_next_to_it_is_permitted(string address) => Assert.True(Rules.Permits(IPAddress.Parse(address)));

    [Theory]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.1.2.3")]
    [InlineData("::ffff:7f00:1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::1.1.1.1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:0101:0101::")]
    [InlineData("2001::1")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("2001:db8::1")]
    [InlineData("3fff::1")]
    [InlineData("2606:4700::5efe:127.0.0.1")]
    [InlineData("2606:4700::200:5efe:10.0.0.1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%2")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("100::1")]
    [InlineData("5f00::1")]
    public void Special_purpose_and_embedding_IPv6_is_refused(string address) => Assert.False(Rules.Permits(IPAddress.Parse(address)));

    [Theory]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001::1")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("64:ff9b::1.1.1.1")]
    public void Public_IPv6_is_permitted(string address) => Assert.True(Rules.Permits(IPAddress.Parse(address)));

    [Fact]
    public void Operator_opens_networks_and_nothing_beside_them()
    {
        var rules = new AddressRules([IPNetwork.Parse("10.20.0.0/16"), IPNetwork.Parse("fd00:1::/64"), IPNetwork.Parse("127.0.0.1/32")]);
        Assert.True(rules.Permits(IPAddress.Parse("10.20.255.1")));
        Assert.True(rules.Permits(IPAddress.Parse("::ffff:10.20.0.1")));
        Assert.True(rules.Permits(IPAddress.Parse("64:ff9b::10.20.0.1")));
        Assert.True(rules.Permits(IPAddress.Parse("fd00:1::9")));
        Assert.True(rules.Permits(IPAddress.Loopback));
        Assert.False(rules.Permits(IPAddress.Parse("10.21.0.1")));
        Assert.False(rules.Permits(IPAddress.Parse("fd00:2::9")));
        Assert.False(rules.Permits(IPAddress.Parse("127.0.0.2")));
    }
}
