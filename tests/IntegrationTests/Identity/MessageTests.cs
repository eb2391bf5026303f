using System.Net;
using System.Text.RegularExpressions;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

/// <summary>What is mailed and texted, by a real SMTP server and a real HTTP provider.</summary>
[Collection(SignInCollection.Name)]
public sealed partial class MessageTests(IdentityFixture identity) : IAsyncLifetime
{
    private const string NewPassword = "quite another pass 7";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => new(identity.EnsureMailAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_forgotten_password_is_set_by_a_mailed_link_once_and_ends_all_sessions()
    {
        var (_, username) = await identity.CreateUserAsync();
        var tokens = await identity.SignInAsync(username);
        var (status, _, _) = await identity.AnonymouslyAsync("/api/v2/auth/password/forgot", new { username });
        Assert.Equal(HttpStatusCode.Accepted, status);
        var token = TokenIn(await identity.Mail.WaitForAsync(username, "/connect/reset?token=", Ct));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ResetAsync(token, "short")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ResetAsync(token, Password)).Status); // The password of before.
        var both = await Task.WhenAll(ResetAsync(token, NewPassword), ResetAsync(token, NewPassword + "!"));
        Assert.Single(both, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ResetAsync(token, "a third fine pass 6")).Status);
        var (refreshed, _, _) = await identity.AnonymouslyAsync("/api/v2/auth/refresh", new { refresh_token = tokens.GetProperty("refresh_token").GetString() });
        Assert.Equal(HttpStatusCode.Unauthorized, refreshed);
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.LogInAsync(username, Password)).Status);
    }

    [Fact]
    public async Task Asking_for_an_unknown_name_is_answered_alike_and_mails_nobody()
    {
        var (_, known) = await identity.CreateUserAsync();
        var unknown = $"nobody-{Guid.NewGuid():N}@example.com";
        var answers = new List<string>();
        foreach (var name in new[] { unknown, known })
        {
            var (status, body, _) = await identity.AnonymouslyAsync("/api/v2/auth/password/forgot", new { username = name });
            answers.Add($"{status} {body}");
        }

        Assert.Single(answers.Distinct());
        await identity.Mail.WaitForAsync(known, "/connect/reset", Ct);
        Assert.DoesNotContain(identity.Mail.Mails(), m => m.Contains(unknown, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(0, await identity.CountAsync("SELECT count(*) FROM outgoing_messages WHERE position($1 in encode(content, 'escape')) > 0", known));
    }

    [Fact]
    public async Task An_invited_user_accepts_by_the_mailed_link_and_signs_in()
    {
        var username = $"invited-{Guid.NewGuid():N}@example.com";
        var invitation = await SendAsync(identity.Admin, HttpMethod.Post, "/api/v2/users/invitations", HttpStatusCode.Created, new { username, role = "analyst" });
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.LogInAsync(username, Password)).Status);
        var token = TokenIn(await identity.Mail.WaitForAsync(username, "/connect/invitation?token=", Ct));

        // Looking at the link, as scanners do, uses nothing up; a link of one kind is none of the other.
        using var page = await identity.Anonymous.GetAsync(new Uri($"/connect/invitation?token={token}", UriKind.Relative), Ct);
        Assert.Contains(token, await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ResetAsync(token, NewPassword)).Status);
        var (status, _, _) = await identity.AnonymouslyAsync("/api/v2/users/invitations/accept", new { token, password = NewPassword });
        Assert.Equal(HttpStatusCode.OK, status);
        var tokens = await identity.SignInAsync(username, NewPassword);
        Assert.Equal("analyst", Read(tokens).GetPayloadValue<string>("role"));
        Assert.Equal(invitation.GetProperty("user_id").GetString(), Read(tokens).Subject);
    }

    [Fact]
    public async Task A_new_tenants_first_administrator_is_invited()
    {
        var admin = $"first-{Guid.NewGuid():N}@example.com";
        var tenant = Guid.CreateVersion7();
        var slug = "t-" + tenant.ToString("N")[^12..];
        await identity.PublishAsync(tenant, new Platform.Contracts.Tenancy.TenantCreated(tenant, "Test", slug, "starter", admin));
        var token = TokenIn(await identity.Mail.WaitForAsync(admin, "/connect/invitation?token=", Ct));
        await identity.AnonymouslyAsync("/api/v2/users/invitations/accept", new { token, password = NewPassword });
        Assert.Equal("admin", Read(await identity.SignInAsync(admin, NewPassword, slug)).GetPayloadValue<string>("role"));
    }

    [Fact]
    public async Task Mail_codes_are_a_second_factor()
    {
        var (_, username) = await identity.CreateUserAsync();
        var client = identity.ClientFor(await identity.SignInAsync(username));
        await SendAsync(client, HttpMethod.Post, "/api/v2/auth/mfa/email/enroll", HttpStatusCode.OK, new { });
        var code = CodePattern().Match(await identity.Mail.WaitForAsync(username, "Your code is", Ct)).Value;
        await SendAsync(client, HttpMethod.Post, "/api/v2/auth/mfa/email/confirm", HttpStatusCode.OK, new { code });
        var challenge = (await identity.LogInAsync(username, Password)).Body.GetProperty("details").GetProperty("challenge_id").GetString();
        var second = await identity.Mail.WaitForAsync(username, "Your code is", Ct, skip: code);
        var (status, _, _) = await identity.AnonymouslyAsync(
            "/api/v2/auth/mfa/verify", new { challenge_id = challenge, method = "email", code = CodePattern().Match(second).Value });
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Text_codes_are_a_second_factor_and_survive_a_provider_that_fails_first()
    {
        var (_, username) = await identity.CreateUserAsync();
        var number = "+4930" + Random.Shared.Next(1_000_000, 9_999_999);
        var client = identity.ClientFor(await identity.SignInAsync(username));
        await SendAsync(client, HttpMethod.Post, "/api/v2/auth/mfa/sms/enroll", HttpStatusCode.UnprocessableEntity, new { phone_number = "030 901820" });
        identity.Sms.FailNext(1);
        var enrolment = await SendAsync(client, HttpMethod.Post, "/api/v2/auth/mfa/methods", HttpStatusCode.OK, new { type = "sms", phone_number = number });
        Assert.DoesNotContain(number, enrolment.ToString(), StringComparison.Ordinal);
        await SendAsync(client, HttpMethod.Post, "/api/v2/auth/mfa/sms/confirm", HttpStatusCode.OK, new { code = await identity.Sms.CodeForAsync(number) });
        var (_, demand) = await identity.LogInAsync(username, Password);
        var challenge = demand.GetProperty("details").GetProperty("challenge_id").GetString();
        var code = await identity.Sms.CodeForAsync(number, after: 1);
        var (status, tokens, _) = await identity.AnonymouslyAsync("/api/v2/auth/mfa/verify", new { challenge_id = challenge, method = "sms", code });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["pwd", "sms", "mfa"], Read(tokens).GetPayloadValue<string[]>("amr"));
    }

    [Theory]
    [InlineData("victim@example.com\r\nBcc: all@example.com")]
    [InlineData("victim@example.com\nSubject: hello")]
    [InlineData("victim@example.com, other@example.com")]
    [InlineData("\"victim\r\n\"@example.com")]
    [InlineData("<script>@example.com")]
    [InlineData("victim@example.com%0d%0aBcc:all@example.com")]
    public async Task Header_injection_finds_no_header(string address)
    {
        var client = identity.ClientFor(await identity.SignInAsync((await identity.CreateUserAsync()).Username));
        await SendAsync(client, HttpMethod.Post, "/api/v2/auth/mfa/email/enroll", HttpStatusCode.UnprocessableEntity, new { email = address });
        await SendAsync(identity.Admin, HttpMethod.Post, "/api/v2/users/invitations", HttpStatusCode.UnprocessableEntity, new { username = address });
        await SendAsync(identity.Admin, HttpMethod.Post, "/api/v2/users", HttpStatusCode.UnprocessableEntity, new { username = address });
        var (status, _, _) = await identity.AnonymouslyAsync("/api/v2/auth/password/forgot", new { username = address });
        Assert.Equal(HttpStatusCode.Accepted, status); // As for any name that is nobody's.
        Assert.DoesNotContain(identity.Mail.Mails(), m => m.Contains("all@example.com", StringComparison.Ordinal) || m.Contains("other@example.com", StringComparison.Ordinal));
    }

    private Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body, HttpResponseMessage Response)> ResetAsync(string token, string password) =>
        identity.AnonymouslyAsync("/api/v2/auth/password/reset", new { token, new_password = password });

    private static string TokenIn(string mail) => TokenPattern().Match(mail).Groups[1].Value;

    [GeneratedRegex("token=([A-Za-z0-9_-]+)")]
    private static partial Regex TokenPattern();

    [GeneratedRegex("[0-9]{6}")]
    private static partial Regex CodePattern();
}
