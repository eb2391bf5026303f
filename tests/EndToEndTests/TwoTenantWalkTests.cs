using Platform.EndToEndTests.Isolation;

namespace Platform.EndToEndTests;

/// <summary>
/// Every operation of every service, as the merged API description names them, with the credential of one tenant and the
/// things of another. An operation that comes to the description is walked without a line here; one that cannot be walked
/// fails this test by its name.
/// </summary>
public sealed class TwoTenantWalkTests(PlatformFixture platform)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    /// <summary>Operations that would end or lock out the walker's own session, or that belong to nobody who is signed in.</summary>
    private static readonly string[] NotWalked =
    [
        "/connect/", "/.well-known/", "/device", "/auth/login", "/auth/logout", "/auth/refresh", "/auth/password/", "/auth/mfa/", "/auth/policy", "/users/token",
        "/users/invitations/accept",
    ];

    [Fact]
    public async Task No_operation_of_any_service_shows_tells_or_changes_anything_of_another_tenant()
    {
        var run = Guid.NewGuid().ToString("N");
        var owner = await FilledTenant.CreateAsync(platform.Admin, "Zebra", run, Ct);
        var walker = await FilledTenant.CreateAsync(platform.Admin, "Quokka", run, Ct);
        var (operations, schemas) = await ApiOperation.ReadAllAsync(platform.Admin, Ct);
        var walk = new TwoTenantWalk(
            owner, walker, [.. operations.Where(o => !NotWalked.Any(n => o.Path.Contains(n, StringComparison.Ordinal) && (o.Body is not null || !o.IsRead || !o.Path.StartsWith("/api/", StringComparison.Ordinal))))], schemas, Ct);
        await walk.RunAsync();
        Assert.True(walk.Findings.Count == 0, string.Join('\n', walk.Findings));
        Assert.True(walk.Requests > 1000, $"{walk.Requests} requests are not a walk.");
    }
}
