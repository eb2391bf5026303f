using System.Net;
using System.Text.Json;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(SignInCollection.Name)]
public sealed class LockOutTests(IdentityFixture identity)
{
    [Fact]
    public async Task Failures_from_one_address_lock_nobody_else_out()
    {
        var (_, username) = await identity.CreateUserAsync();
        await FailAsync(username, identity.NewAddress(), 5);
        await identity.SignInAsync(username);
    }

    [Fact]
    public async Task Five_failures_from_three_addresses_lock_the_account_but_for_trusted_devices_on_every_grant()
    {
        var (id, username) = await identity.CreateUserAsync();
        var device = new { name = "laptop", signals = new Dictionary<string, string> { ["installation"] = Guid.NewGuid().ToString() } };
        var trusted = await LogInAsync(username, Password, device);
        var client = identity.ClientFor(trusted.Body);
        var deviceId = (await SendAsync(client, HttpMethod.Get, "/api/v2/auth/devices", HttpStatusCode.OK)).GetProperty("items")[0].GetProperty("device_id").GetGuid();
        await SendAsync(client, HttpMethod.Post, $"/api/v2/auth/devices/{deviceId}/trust", HttpStatusCode.OK);
        var other = await identity.SignInAsync(username);
        foreach (var times in new[] { 2, 2, 1 })
        {
            await FailAsync(username, identity.NewAddress(), times);
        }

        Assert.Equal("ACCOUNT_LOCKED", (await LogInAsync(username, Password, null)).Body.GetProperty("code").GetString());
        var (password, answer) = await identity.FormAsync("/api/v1/users/token", $"grant_type=password&username={Uri.EscapeDataString(username)}&password={Uri.EscapeDataString(Password)}");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (password.StatusCode, answer.GetProperty("error").GetString()));
        await RefreshAsync(other, HttpStatusCode.Unauthorized);
        trusted = (HttpStatusCode.OK, await RefreshAsync(trusted.Body, HttpStatusCode.OK));
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync(username, Password, device)).Status);

        // Neither a refresh nor the trusted device's sign-in opened it for others; an administrator does.
        Assert.Equal("ACCOUNT_LOCKED", (await LogInAsync(username, Password, null)).Body.GetProperty("code").GetString());
        await SendAsync(identity.Admin, HttpMethod.Post, $"/api/v2/users/{id}/unlock", HttpStatusCode.OK);
        await identity.SignInAsync(username);
        await RefreshAsync(other, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refresh_resets_no_count()
    {
        var (_, username) = await identity.CreateUserAsync();
        var tokens = await identity.SignInAsync(username);
        var address = identity.NewAddress();
        await FailAsync(username, address, 4);
        await RefreshAsync(tokens, HttpStatusCode.OK, address);
        await FailAsync(username, address, 1);
        Assert.Equal("ACCOUNT_LOCKED", (await identity.LogInAsync(username, Password, address: address)).Body.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Unknown_names_lock_alike()
    {
        var username = $"nobody-{Guid.NewGuid():N}@example.com";
        foreach (var times in new[] { 2, 2, 1 })
        {
            await FailAsync(username, identity.NewAddress(), times);
        }

        Assert.Equal("ACCOUNT_LOCKED", (await identity.LogInAsync(username, Password)).Body.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Ipv6_addresses_of_one_subscriber_are_one()
    {
        var (_, username) = await identity.CreateUserAsync();
        for (var i = 0; i < 5; i++)
        {
            await FailAsync(username, $"2001:db8:1:{Math.Abs(username.GetHashCode(StringComparison.Ordinal)) % 65536:x}::{i + 1:x}", 1);
        }

        await identity.SignInAsync(username);
    }

    [Fact]
    public async Task A_known_and_an_unknown_name_take_the_same_time()
    {
        const int Rounds = 24;
        var (_, known) = await identity.CreateUserAsync();
        var unknown = $"nobody-{Guid.NewGuid():N}@example.com";
        var times = new Dictionary<string, List<double>> { [known] = [], [unknown] = [] };
        for (var i = 0; i < Rounds + 2; i++)
        {
            foreach (var name in i % 2 == 0 ? new[] { known, unknown } : [unknown, known])
            {
                // Each from another address, with the account's lock lifted: neither limit nor lock may answer instead.
                await identity.CountAsync("WITH gone AS (DELETE FROM login_attempts WHERE address = '*' RETURNING 1) SELECT count(*) FROM gone");
                var start = TimeProvider.System.GetTimestamp();
                var (status, _) = await identity.LogInAsync(name, "wrong wrong wrong");
                var took = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
                Assert.Equal(HttpStatusCode.Unauthorized, status);
                if (i >= 2)
                {
                    times[name].Add(took);
                }
            }
        }

        // The chance that a known name takes longer than an unknown one; one half where nothing can be told.
        var wins = times[known].Sum(k => times[unknown].Count(u => k > u));
        var chance = (double)wins / (Rounds * Rounds);
        TestContext.Current.TestOutputHelper?.WriteLine($"P(known > unknown) = {chance:F2}, medians {Median(times[known]):F1} and {Median(times[unknown]):F1} ms");
        Assert.InRange(chance, 0.2, 0.8);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private async Task FailAsync(string username, string address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal("AUTH_FAILED", (await identity.LogInAsync(username, "wrong wrong wrong", address: address)).Body.GetProperty("code").GetString());
        }
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> LogInAsync(string username, string password, object? device)
    {
        var (status, body, _) = await identity.AnonymouslyAsync("/api/v2/auth/login", new { username, password, device });
        return (status, body);
    }

    private async Task<JsonElement> RefreshAsync(JsonElement tokens, HttpStatusCode expected, string? address = null)
    {
        var (status, body, _) = await identity.AnonymouslyAsync("/api/v2/auth/refresh", new { refresh_token = tokens.GetProperty("refresh_token").GetString() }, address);
        Assert.Equal(expected, status);
        return body;
    }
}
