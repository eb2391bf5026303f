using Platform.Agent.Chat;
using Platform.Agent.Planning;
using Platform.Contracts.Gateway;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tests;

/// <summary>What the agent keeps of other services: names of objects, limits of tenants.</summary>
public sealed class NameTableTests
{
    private static readonly NamedObject Bear = new(new EntityRef("intrusion-set--1", "APT28", ObjectKind.Group, "G0007"), ["Fancy Bear", "apt28"]);
    private static readonly NamedObject Other = new(new EntityRef("malware--1", "Fancy Bear", ObjectKind.Malware, "S0001"), []);

    [Fact]
    public void Objects_are_found_by_every_name_number_and_id()
    {
        var table = new NameTable([Bear, Other], isWhole: true);
        Assert.Equal([Bear], table.Find(["apt28"], [], []));
        Assert.Equal([Bear, Other], table.Find(["fancy bear"], [], []).OrderBy(o => o.Entity.Id, StringComparer.Ordinal));
        Assert.Equal([Bear], table.Find([], ["G0007"], []));
        Assert.Equal([Other], table.Find([], [], ["malware--1"]));
        Assert.Empty(table.Find(["APT28", "bear"], ["g0007"], ["x"]));
        Assert.Equal(3, table.Names.Count);
    }

    [Theory]
    [InlineData(CallerKind.User, LimitedRoutes.ChatPoll, 300)]
    [InlineData(CallerKind.ApiKey, LimitedRoutes.ChatPoll, 50)]
    [InlineData(CallerKind.Client, LimitedRoutes.ChatPoll, 200)]
    [InlineData(CallerKind.User, LimitedRoutes.ChatSse, null)]
    [InlineData(CallerKind.User, LimitedRoutes.ToolsList, 7)]
    [InlineData(CallerKind.ApiKey, LimitedRoutes.ToolsList, null)]
    public void The_limit_of_an_operation_is_the_callers_own_or_everybodys(CallerKind kind, string route, int? limit)
    {
        ChangedRouteLimit[] limits =
        [
            new(LimitedRoutes.ChatPoll, null, 200), new(LimitedRoutes.ChatPoll, "viewer", 20), new(LimitedRoutes.ChatPoll, "admin", 300), new(LimitedRoutes.ChatPoll, "api_key", 50),
            new(LimitedRoutes.ToolsList, "viewer", 7),
        ];
        Assert.Equal(limit, HourlyLimit.Of(limits, route, kind));
    }
}
