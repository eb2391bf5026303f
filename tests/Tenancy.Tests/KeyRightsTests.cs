using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.Tenancy.ApiKeys;

namespace Platform.Tenancy.Tests;

public sealed class KeyRightsTests
{
    private static readonly PermissionSet Admin = PermissionSet.Parse("read:all write:all delete:all manage:users manage:api_keys use:chat");
    private static readonly PermissionSet Analyst = PermissionSet.Parse("read:all write:threat_intel write:notes use:chat");

    private static IEnumerable<string> Grant(PermissionSet creator, ApiVersion version, params string[] asked) =>
        KeyPermissions.Grant(asked, creator, version).Granted.Order(StringComparer.Ordinal);

    private static string CodeOf(Action work) => Assert.Throws<FaultException>(work).Fault.Code;

    [Fact]
    public void A_creator_grants_what_their_own_permissions_cover()
    {
        Assert.Equal(["read:users", "write:threat_intel"], Grant(Admin, ApiVersion.V2, "write:threat_intel", "read:users"));
        Assert.Equal(["write:notes"], Grant(Analyst, ApiVersion.V2, "write:notes", "write:notes"));
    }

    [Theory]
    [InlineData("write:all")]
    [InlineData("delete:threat_intel")]
    [InlineData("read:users")]
    [InlineData("manage:tenants")]
    [InlineData("manage:notes")]
    public void More_than_that_is_refused(string permission) =>
        Assert.Equal(ErrorCodes.InsufficientPermissions, CodeOf(() => Grant(Analyst, ApiVersion.V2, "read:all", permission)));

    [Theory]
    [InlineData("read")]
    [InlineData("")]
    [InlineData("read:")]
    [InlineData("read:all ")]
    [InlineData("read:all\n")]
    [InlineData("Read:all")]
    [InlineData("execute:all")]
    public void What_is_no_permission_is_invalid(string permission) =>
        Assert.Equal(ErrorCodes.ValidationError, CodeOf(() => Grant(Admin, ApiVersion.V2, permission)));

    [Fact]
    public void The_seeds_spellings_are_cut_to_what_the_creator_holds_in_v1()
    {
        Assert.Equal(["read:all", "use:chat", "write:all"], Grant(Admin, ApiVersion.V1, "read", "write", "use_chat"));
        Assert.Equal(["read:all", "write:notes", "write:threat_intel"], Grant(Analyst, ApiVersion.V1, "read", "write"));
        Assert.Equal(["read:all"], Grant(PermissionSet.Parse("read:all"), ApiVersion.V1, "read", "write", "use_chat"));
        Assert.Equal(ErrorCodes.ValidationError, CodeOf(() => Grant(PermissionSet.Parse("read:all"), ApiVersion.V1, "write")));
    }

    [Theory]
    [InlineData(null, TlpLevel.Red, TlpLevel.Green)]
    [InlineData(null, TlpLevel.Clear, TlpLevel.Clear)]
    [InlineData(TlpLevel.Amber, TlpLevel.Amber, TlpLevel.Amber)]
    [InlineData(TlpLevel.Clear, TlpLevel.Red, TlpLevel.Clear)]
    public void Clearance_is_green_unless_asked_and_at_most_the_creators(TlpLevel? asked, TlpLevel creator, TlpLevel granted) =>
        Assert.Equal(granted, KeyClearance.Grant(asked, creator));

    [Fact]
    public void Clearance_above_the_creators_is_refused() =>
        Assert.Equal(ErrorCodes.InsufficientPermissions, CodeOf(() => KeyClearance.Grant(TlpLevel.Red, TlpLevel.AmberStrict)));

    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("192.0.2.7", "192.0.2.7/32")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("::1", "::1/128")]
    [InlineData("10.0.0.1/33", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData("somewhere", null)]
    [InlineData(null, null)]
    public void Networks_have_one_form(string? text, string? expected) => Assert.Equal(expected, KeySpecValidator.Cidr(text));
}
