using System.Net;
using Platform.Identity.Mfa;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

[Collection(SignInCollection.Name)]
public sealed class MfaTests(IdentityFixture identity)
{
    [Fact]
    public async Task A_code_of_the_app_is_asked_for_and_accepted_once()
    {
        var (user, challenge, secret, _) = await EnrolledAsync();
        Assert.Equal("totp recovery_code", string.Join(' ', user.Methods));
        var code = Totp.CodeAt(secret, DateTimeOffset.UtcNow);
        Assert.Equal("AUTH_FAILED", await AnswerAsync(challenge, "totp", "000000"));
        Assert.Equal("AUTH_FAILED", await AnswerAsync(challenge, "email", code));
        var (status, tokens, _) = await identity.AnonymouslyAsync("/api/v2/auth/mfa/verify", new { challenge_id = challenge, method = "totp", code });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["pwd", "otp", "mfa"], Read(tokens).GetPayloadValue<string[]>("amr"));

        // The challenge is used up, and so is the step, for every other challenge.
        Assert.Equal("AUTH_FAILED", await AnswerAsync(challenge, "totp", Totp.CodeAt(secret, DateTimeOffset.UtcNow.AddSeconds(30))));
        Assert.Equal("AUTH_FAILED", await AnswerAsync(await ChallengeAsync(user.Name), "totp", code));
        Assert.Equal("OK", await AnswerAsync(await ChallengeAsync(user.Name), "totp", Totp.CodeAt(secret, DateTimeOffset.UtcNow.AddSeconds(30))));
    }

    [Fact]
    public async Task Of_parallel_answers_with_one_code_exactly_one_wins()
    {
        var (user, _, secret, _) = await EnrolledAsync();
        var challenges = new[] { await ChallengeAsync(user.Name), await ChallengeAsync(user.Name), await ChallengeAsync(user.Name) };
        var code = Totp.CodeAt(secret, DateTimeOffset.UtcNow);
        var answers = await Task.WhenAll(challenges.Concat(challenges).Select(c => AnswerAsync(c, "totp", code)));
        Assert.Single(answers, "OK");
    }

    [Fact]
    public async Task A_challenge_has_five_tries_over_whatever_addresses()
    {
        var (_, challenge, secret, _) = await EnrolledAsync();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("AUTH_FAILED", await AnswerAsync(challenge, "totp", "000000"));
        }

        Assert.NotEqual("OK", await AnswerAsync(challenge, "totp", Totp.CodeAt(secret, DateTimeOffset.UtcNow)));
    }

    [Fact]
    public async Task Wrong_codes_and_wrong_passwords_are_counted_apart()
    {
        var (user, challenge, secret, _) = await EnrolledAsync();
        var address = identity.NewAddress();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("AUTH_FAILED", await AnswerAsync(challenge, "totp", "000000", address));
        }

        // Four wrong codes lock no password, and a right password forgives no wrong code.
        challenge = await ChallengeAsync(user.Name, address);
        Assert.Equal("AUTH_FAILED", await AnswerAsync(challenge, "totp", "000000", address));
        Assert.Equal("ACCOUNT_LOCKED", await AnswerAsync(challenge, "totp", Totp.CodeAt(secret, DateTimeOffset.UtcNow), address));
        Assert.Equal("OK", await AnswerAsync(await ChallengeAsync(user.Name, address), "totp", Totp.CodeAt(secret, DateTimeOffset.UtcNow)));
    }

    [Fact]
    public async Task Recovery_codes_work_once_each_and_new_ones_void_the_old()
    {
        var (user, challenge, _, codes) = await EnrolledAsync();
        Assert.Equal(10, codes.Distinct().Count());
        var (status, tokens, _) = await identity.AnonymouslyAsync(
            "/api/v2/auth/mfa/verify", new { challenge_id = challenge, method = "recovery_code", code = codes[0].ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal) });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("AUTH_FAILED", await AnswerAsync(await ChallengeAsync(user.Name), "recovery_code", codes[0]));
        var fresh = await SendAsync(identity.ClientFor(tokens), HttpMethod.Post, "/api/v2/auth/mfa/recovery-codes", HttpStatusCode.OK);
        Assert.Equal("AUTH_FAILED", await AnswerAsync(await ChallengeAsync(user.Name), "recovery_code", codes[1]));
        Assert.Equal("OK", await AnswerAsync(await ChallengeAsync(user.Name), "recovery_code", fresh.GetProperty("recovery_codes")[0].GetString()!));
        Assert.Equal(9, (await SendAsync(identity.ClientFor(tokens), HttpMethod.Get, "/api/v2/auth/mfa/methods", HttpStatusCode.OK)).GetProperty("recovery_codes_left").GetInt32());
    }

    [Fact]
    public async Task The_last_factor_stays_while_the_policy_asks_for_one_and_a_role_without_factor_gets_mail()
    {
        var (tenant, slug, admin) = await identity.CreateTenantAsync();
        var (_, username) = await identity.CreateUserAsync(by: admin);
        var tokens = await identity.SignInAsync(username, tenant: slug);
        await identity.EnrollTotpAsync(tokens);
        var client = identity.ClientFor(tokens);
        var method = (await SendAsync(client, HttpMethod.Get, "/api/v2/auth/mfa/methods", HttpStatusCode.OK)).GetProperty("items")[0].GetProperty("method_id").GetGuid();
        await SendAsync(admin, HttpMethod.Put, "/api/v2/auth/policy", HttpStatusCode.OK, new { mfa_required_roles = new[] { "viewer" } });
        await SendAsync(client, HttpMethod.Delete, $"/api/v2/auth/mfa/methods/{method}", HttpStatusCode.Conflict);
        var (_, other) = await identity.CreateUserAsync(by: admin);
        var (status, body) = await identity.LogInAsync(other, Password, slug);
        Assert.Equal((HttpStatusCode.Unauthorized, "MFA_REQUIRED"), (status, body.GetProperty("code").GetString()));
        Assert.Equal("email", body.GetProperty("details").GetProperty("methods")[0].GetString());
        await SendAsync(admin, HttpMethod.Put, "/api/v2/auth/policy", HttpStatusCode.OK, new { });
        await SendAsync(client, HttpMethod.Delete, $"/api/v2/auth/mfa/methods/{method}", HttpStatusCode.NoContent);
        Assert.Equal(0, await identity.CountAsync("SELECT count(*) FROM recovery_codes WHERE tenant_id = $1", tenant));
    }

    [Fact]
    public async Task A_browsers_challenge_is_no_good_here_and_a_foreign_one_nowhere()
    {
        foreach (var challenge in new[] { "mc_x", "rt_" + new string('A', 86), "mc_" + new string('A', 86) })
        {
            Assert.Equal("AUTH_FAILED", await AnswerAsync(challenge, "totp", "123456"));
        }

        Assert.Equal("VALIDATION_ERROR", await AnswerAsync(new string('x', 300), "magic", new string('1', 50)));
    }

    [Fact]
    public async Task The_qr_code_is_a_picture_of_the_key_uri()
    {
        var tokens = await identity.SignInAsync((await identity.CreateUserAsync()).Username);
        var enrolment = await SendAsync(identity.ClientFor(tokens), HttpMethod.Post, "/api/v1/auth/mfa/totp/enroll", HttpStatusCode.OK);
        var data = enrolment.GetProperty("data");
        Assert.StartsWith("otpauth://totp/", data.GetProperty("otpauth_uri").GetString(), StringComparison.Ordinal);
        var png = Convert.FromBase64String(data.GetProperty("qr_code").GetString()!["data:image/png;base64,".Length..]);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        await SendAsync(identity.ClientFor(tokens), HttpMethod.Post, "/api/v1/auth/mfa/totp/confirm", HttpStatusCode.UnprocessableEntity, new { code = "000000" });
        Assert.Equal(0, await identity.CountAsync("SELECT count(*) FROM mfa_methods WHERE position($1 in encode(secret, 'escape')) > 0", data.GetProperty("secret").GetString()!));
    }

    private async Task<((string Name, string[] Methods) User, string Challenge, byte[] Secret, List<string> Codes)> EnrolledAsync()
    {
        var (_, username) = await identity.CreateUserAsync();
        var (secret, codes) = await identity.EnrollTotpAsync(await identity.SignInAsync(username));
        var (status, body) = await identity.LogInAsync(username, Password);
        Assert.Equal((HttpStatusCode.Unauthorized, "MFA_REQUIRED"), (status, body.GetProperty("code").GetString()));
        var details = body.GetProperty("details");
        return ((username, [.. details.GetProperty("methods").EnumerateArray().Select(m => m.GetString()!)]), details.GetProperty("challenge_id").GetString()!, secret, codes);
    }

    private async Task<string> ChallengeAsync(string username, string? address = null)
    {
        var (_, body) = await identity.LogInAsync(username, Password, address: address);
        Assert.Equal("MFA_REQUIRED", body.GetProperty("code").GetString());
        return body.GetProperty("details").GetProperty("challenge_id").GetString()!;
    }

    private async Task<string> AnswerAsync(string challenge, string method, string code, string? address = null)
    {
        var (status, body, _) = await identity.AnonymouslyAsync("/api/v2/auth/mfa/verify", new { challenge_id = challenge, method, code }, address);
        return status == HttpStatusCode.OK ? "OK" : body.GetProperty("code").GetString()!;
    }
}
