using System.Net;
using Microsoft.Extensions.Options;
using Platform.Contracts.Tenancy;
using Platform.Gateway.Limits;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tests;

public sealed class LimitPlansTests
{
    private static readonly IPAddress Address = IPAddress.Parse("203.0.113.7");

    [Fact]
    public void The_limit_of_an_address_follows_the_platforms_settings_from_the_next_request_on()
    {
        var settings = new LiveSettings();
        var plans = new LimitPlans(Options.Create(new GatewayOptions { AnonymousPerMinute = 11 }), settings);
        var first = plans.OfAddress(Address);
        Assert.Equal((11, 60), (first.Windows[0].Limit, first.Windows[0].Seconds));
        Assert.Same(first, plans.OfAddress(Address));

        settings.Apply(new ConfigurationChanged(2, PlatformSettings.Default with { RateLimitMaxRequests = 3, RateLimitWindow = 10 }));
        var second = plans.OfAddress(Address);
        Assert.Equal((3, 10), (second.Windows[0].Limit, second.Windows[0].Seconds));
        Assert.NotEqual(first.Windows[0].Field, second.Windows[0].Field);

        settings.Apply(new ConfigurationChanged(1, PlatformSettings.Default));
        Assert.Same(second, plans.OfAddress(Address));
    }
}
