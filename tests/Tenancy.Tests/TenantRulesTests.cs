using Platform.Tenancy.Storage;
using Platform.Tenancy.Tenants;

namespace Platform.Tenancy.Tests;

public sealed class TenantRulesTests
{
    [Theory]
    [InlineData("ab", true)]
    [InlineData("acme-2", true)]
    [InlineData("a", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("aB", false)]
    [InlineData("a_b", false)]
    [InlineData("a.b", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_slug_is_a_label_of_lower_case_letters_digits_and_hyphens(string? slug, bool valid) => Assert.Equal(valid, TenantRules.IsSlug(slug));

    [Fact]
    public void A_slug_has_63_characters_at_most()
    {
        Assert.True(TenantRules.IsSlug(new string('a', 63)));
        Assert.False(TenantRules.IsSlug(new string('a', 64)));
    }

    [Fact]
    public void Without_a_plan_a_tenant_is_a_starter()
    {
        Assert.Equal(Plan.Starter, TenantRules.ParsePlan(null));
        Assert.Equal(Plan.Pro, TenantRules.ParsePlan("pro"));
    }
}
