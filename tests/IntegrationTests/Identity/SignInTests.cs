using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts.Identity;
using Platform.Contracts.Tenancy;
using Platform.Identity.FirstRun;
using Platform.Identity.SignIn;
using Platform.ServiceDefaults;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(SignInCollection.Name)]
public sealed class SignInTests(IdentityFixture identity)
{
    [Fact]
    public async Task The_first_start_leaves_an_administrator_whose_password_is_in_a_private_file()
    {
        Assert.Equal(24, identity.AdminPassword.Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(identity.PasswordFile));
        }

        Assert.False(identity.AdminTokens.GetProperty("user").GetProperty("must_change_password").GetBoolean());
        Assert.Equal("platform_admin", identity.AdminTokens.GetProperty("user").GetProperty("roles")[0].GetString());
        Assert.Equal(2, await identity.CountAsync("SELECT count(*) FROM clients WHERE client_id IN ('platform-cli', 'platform-docs')"));
    }

    [Fact]
    public async Task After_a_restore_the_file_says_that_the_password_of_then_holds()
    {
        var ct = TestContext.Current.CancellationToken;
        var file = identity.Services.GetRequiredService<AdminPasswordFile>();
        await file.ReviewAsync(ct);
        Assert.Equal(identity.AdminPassword, await File.ReadAllTextAsync(identity.PasswordFile, ct));

        // As a first start on empty stores leaves it, before these are restored.
        await file.WriteAsync("a password of nobody any more", ct);
        await file.ReviewAsync(ct);
        Assert.StartsWith("Restored from a backup: the password that admin@platform.local had then", await File.ReadAllTextAsync(identity.PasswordFile, ct), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(identity.PasswordFile));
        }
    }

    [Fact]
    public async Task Rfc9068_sections_2_1_and_2_2_access_tokens_have_type_claims_and_a_signature_of_a_published_key()
    {
        var keys = await SendAsync(identity.Anonymous, HttpMethod.Get, "/.well-known/jwks.json", HttpStatusCode.OK);
        Assert.Equal(["ES256", "RS256"], keys.GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("alg").GetString()!).Order());
        var token = identity.AdminTokens.GetProperty("access_token").GetString()!;
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = "platform",
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = ["ES256"],
            IssuerSigningKeys = new JsonWebKeySet(keys.GetRawText()).GetSigningKeys(),
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        var jwt = (JsonWebToken)result.SecurityToken;
        foreach (var claim in new[] { "iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "tenant", "role", "sid", "amr", "permissions", "tlp_clearance" })
        {
            Assert.True(jwt.TryGetPayloadValue<object>(claim, out _), claim);
        }

        // It is issued as of the arrival of the request.
        Assert.InRange(jwt.ValidTo - jwt.IssuedAt, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15.5));
        Assert.DoesNotContain("\"d\"", keys.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hash_of_former_days_is_made_anew_at_the_next_right_password()
    {
        var (id, username) = await identity.CreateUserAsync();
        var former = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 10_000 })).HashPassword(id, Password);
        Assert.True(identity.Services.GetRequiredService<PasswordGate>().IsOutdated(former));
        await SetHashAsync(id, former);

        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.LogInAsync(username, "wrong wrong wrong")).Status);
        Assert.Equal(former, await HashAsync(id));
        await identity.SignInAsync(username);

        var now = await HashAsync(id);
        Assert.NotEqual(former, now);
        Assert.False(identity.Services.GetRequiredService<PasswordGate>().IsOutdated(now));
        await identity.SignInAsync(username);
        Assert.Equal(now, await HashAsync(id));
    }

    [Fact]
    public async Task A_change_during_a_sign_in_makes_its_tokens_void()
    {
        var (id, username) = await identity.CreateUserAsync("analyst");
        await using var heard = await identity.HearAsync<UserUpdated>();
        var signingIn = identity.SignInAsync(username);
        await SendAsync(identity.Admin, HttpMethod.Patch, $"/api/v2/users/{id}", HttpStatusCode.OK, new { role = "viewer" });
        var tokens = await signingIn;
        await heard.UntilAsync(u => u.UserId == id);

        // Whatever was read first: a token with the former rights is of before the change.
        var token = Read(tokens);
        Assert.True(token.GetPayloadValue<string>("role") == "viewer" || heard.Count(u => u.UserId == id && token.IssueTime() < u.ChangedAt) == 1, tokens.ToString());
    }

    [Fact]
    public async Task A_wrong_password_name_or_tenant_is_answered_alike()
    {
        var (_, username) = await identity.CreateUserAsync();
        var answers = new List<string>();
        foreach (var (name, tenant) in new[] { (username, (string?)null), ("nobody@example.com", null), (username, "no-such-tenant"), ("not an address", null) })
        {
            var (status, body) = await identity.LogInAsync(name, "wrong wrong wrong", tenant);
            Assert.Equal(HttpStatusCode.Unauthorized, status);
            answers.Add($"{body.GetProperty("code")} {body.GetProperty("detail")}");
        }

        Assert.Single(answers.Distinct());
        Assert.StartsWith("AUTH_FAILED", answers[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_failures_lock_the_account_for_that_address_and_nobody_else()
    {
        var (_, username) = await identity.CreateUserAsync();
        var address = identity.NewAddress();
        foreach (var name in new[] { username, "nobody-to-lock@example.com" })
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal("AUTH_FAILED", (await identity.LogInAsync(name, "wrong wrong wrong", address: address)).Body.GetProperty("code").GetString());
            }

            var (status, body) = await identity.LogInAsync(name, Password, address: address);
            Assert.Equal(HttpStatusCode.Unauthorized, status);
            Assert.Equal("ACCOUNT_LOCKED", body.GetProperty("code").GetString());
        }

        await identity.SignInAsync(username);
    }

    [Fact]
    public async Task Parallel_guesses_do_not_outrun_the_count()
    {
        var (_, username) = await identity.CreateUserAsync();
        var address = identity.NewAddress();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => identity.LogInAsync(username, "wrong wrong wrong", address: address)));
        Assert.Equal(5, answers.Count(a => a.Body.GetProperty("code").GetString() == "AUTH_FAILED"));
        Assert.Equal(7, answers.Count(a => a.Body.GetProperty("code").GetString() == "ACCOUNT_LOCKED"));
    }

    [Fact]
    public async Task The_sixth_attempt_in_a_minute_waits_even_with_the_right_password()
    {
        var (_, username) = await identity.CreateUserAsync();
        var address = identity.NewAddress();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await identity.LogInAsync(username, Password, address: address)).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await identity.LogInAsync(username, Password, address: address)).Status);
    }

    [Fact]
    public async Task A_login_publishes_UserSignedIn()
    {
        await using var heard = await identity.HearAsync<UserSignedIn>();
        var (id, username) = await identity.CreateUserAsync();
        await identity.SignInAsync(username);
        await heard.UntilAsync(e => e.UserId == id);
    }

    [Fact]
    public async Task A_suspended_tenant_refuses_the_right_password_and_a_reactivated_one_takes_it()
    {
        var (tenant, slug, admin) = await identity.CreateTenantAsync();
        var (_, username) = await identity.CreateUserAsync(by: admin);
        var tokens = await identity.SignInAsync(username, tenant: slug);
        await identity.PublishAsync(tenant, new TenantSuspended(tenant, "test"));
        await UntilStatusAsync(tenant, "Suspended");
        var (status, body) = await identity.LogInAsync(username, Password, slug);
        Assert.Equal((HttpStatusCode.Forbidden, "TENANT_SUSPENDED"), (status, body.GetProperty("code").GetString()));
        Assert.Equal("AUTH_FAILED", (await identity.LogInAsync(username, "wrong wrong wrong", slug)).Body.GetProperty("code").GetString());
        await SendAsync(identity.Anonymous, HttpMethod.Post, "/api/v2/auth/refresh", HttpStatusCode.Unauthorized, new { refresh_token = tokens.GetProperty("refresh_token").GetString() });
        await identity.PublishAsync(tenant, new TenantReactivated(tenant));
        await UntilStatusAsync(tenant, "Active");
        await identity.SignInAsync(username, tenant: slug);
    }

    [Fact]
    public async Task A_tenant_that_becomes_known_is_answered_with_TenantProvisioned()
    {
        await using var heard = await identity.HearAsync<TenantProvisioned>();
        var (tenant, _, _) = await identity.CreateTenantAsync();
        await heard.UntilAsync(e => e.TenantId == tenant && e.Service == "identity");
    }

    [Fact]
    public async Task While_a_password_change_is_due_only_that_is_possible()
    {
        var (_, username) = await identity.CreateUserAsync("admin", mustChange: true);
        var tokens = await identity.SignInAsync(username);
        Assert.Equal("use:password_change", Read(tokens).GetPayloadValue<string>("permissions"));
        Assert.True(Read(tokens).GetPayloadValue<bool>("pwd_change"));
        var client = identity.ClientFor(tokens);
        client.DefaultRequestHeaders.Add("X-Client-Address", identity.NewAddress());
        await SendAsync(client, HttpMethod.Get, "/api/v2/users/me", HttpStatusCode.OK);
        await SendAsync(client, HttpMethod.Get, "/api/v2/users", HttpStatusCode.Forbidden);
        var refused = await SendAsync(client, HttpMethod.Get, "/api/v2/auth/sessions", HttpStatusCode.Forbidden);
        Assert.Equal("PASSWORD_CHANGE_REQUIRED", refused.GetProperty("code").GetString());
        await SendAsync(client, HttpMethod.Post, "/api/v2/auth/password/change", HttpStatusCode.UnprocessableEntity, new { current_password = Password, new_password = Password });
        await SendAsync(client, HttpMethod.Post, "/api/v2/auth/password/change", HttpStatusCode.Unauthorized, new { current_password = "not it not it", new_password = "another fine pass 8" });
        await SendAsync(client, HttpMethod.Post, "/api/v2/auth/password/change", HttpStatusCode.OK, new { current_password = Password, new_password = "another fine pass 8" });
        var next = await SendAsync(identity.Anonymous, HttpMethod.Post, "/api/v2/auth/refresh", HttpStatusCode.OK, new { refresh_token = tokens.GetProperty("refresh_token").GetString() });
        await SendAsync(identity.ClientFor(next), HttpMethod.Get, "/api/v2/users", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.LogInAsync(username, Password)).Status);
    }

    private Task UntilStatusAsync(Guid tenant, string status) => Platform.TestSupport.Eventually.TrueAsync(
        async () => await identity.CountAsync("SELECT count(*) FROM tenants WHERE id = $1 AND status = $2", tenant, status) == 1,
        TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken, $"Status {status}");

    private async Task<string> HashAsync(Guid user)
    {
        await using var command = identity.Owner.CreateCommand("SELECT password_hash FROM users WHERE id = $1");
        command.Parameters.Add(new() { Value = user });
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task SetHashAsync(Guid user, string hash)
    {
        await using var command = identity.Owner.CreateCommand("UPDATE users SET password_hash = $2 WHERE id = $1");
        command.Parameters.Add(new() { Value = user });
        command.Parameters.Add(new() { Value = hash });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
