using Platform.Contracts;
using Platform.Identity.Clients;
using Platform.Identity.Sessions;
using Platform.Identity.Tenants;
using Platform.Identity.Users;

namespace Platform.Identity.Tests;

/// <summary>Forms of names, addresses and ids.</summary>
public sealed class FormTests
{
    [Theory]
    [InlineData("ana@example.com", true)]
    [InlineData("admin@platform.local", true)]
    [InlineData("a.b+c@sub.example.org", true)]
    [InlineData("ana", false)]
    [InlineData("ana@", false)]
    [InlineData("@example.com", false)]
    [InlineData("ana@example", false)]
    [InlineData("ana@exa mple.com", false)]
    [InlineData("ana@-example.com", false)]
    [InlineData("ana@example..com", false)]
    [InlineData(".ana@example.com", false)]
    [InlineData("a..na@example.com", false)]
    [InlineData("ana@example.com\r\nBcc: x@y.zz", false)]
    [InlineData("a@b@example.com", false)]
    [InlineData(null, false)]
    public void User_names_are_email_addresses(string? text, bool valid) => Assert.Equal(valid, EmailAddress.IsValid(text));

    [Fact]
    public void Addresses_compare_without_case() => Assert.Equal(EmailAddress.Normalize("Ana@Example.COM"), EmailAddress.Normalize(" ana@example.com"));

    [Theory]
    [InlineData("acme.example.com", "acme")]
    [InlineData("ACME.example.com:7777", "acme")]
    [InlineData("localhost", null)]
    [InlineData("localhost:7777", null)]
    [InlineData("127.0.0.1:7777", null)]
    [InlineData("[::1]:7777", null)]
    [InlineData(null, null)]
    public void The_host_name_can_name_a_tenant(string? host, string? label) => Assert.Equal(label, TenantDirectory.FirstLabel(host));

    [Fact]
    public void A_client_id_names_its_tenant()
    {
        var tenant = Guid.NewGuid();
        Assert.Equal(tenant, ClientSecrets.TenantOf(ClientSecrets.NewId(tenant)));
        Assert.Equal(WellKnown.DefaultTenantId, ClientSecrets.TenantOf(FirstPartyClients.CommandLine));
        foreach (var other in new[] { "", "x", "ic_", "ic_" + new string('!', 38), "ic_" + new string('A', 39), ClientSecrets.NewId(tenant) + "A" })
        {
            Assert.Equal(TenantDirectory.Nowhere, ClientSecrets.TenantOf(other));
        }
    }

    [Theory]
    [InlineData(null, "a b", true)]
    [InlineData("a", "a b", true)]
    [InlineData("b a", "a b", true)]
    [InlineData("a c", "a b", false)]
    [InlineData("A", "a b", false)]
    public void Rfc6749_section_6_a_refresh_may_narrow_the_scope_only(string? asked, string granted, bool within) =>
        Assert.Equal(within, RefreshSession.IsWithin(asked, granted));
}
