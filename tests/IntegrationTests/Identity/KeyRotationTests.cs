using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Identity.Keys;
using Platform.TestSupport;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

/// <summary>Keys change under load, the passage of time being what the database is told.</summary>
public sealed class KeyRotationTests(Stack stack) : IAsyncLifetime
{
    private readonly IdentityFixture _identity = new(stack);
    private string _published = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _identity.InitializeAsync();

    public ValueTask DisposeAsync() => _identity.DisposeAsync();

    [Fact]
    public async Task A_rotation_fails_no_request_and_every_token_verifies_with_keys_fetched_before_it()
    {
        var client = await SendAsync(
            _identity.Admin, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.Created, new { client_name = "load", permissions = new[] { "read:threat_intel" } });
        var basic = (client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);
        var first = KeyOf(await TokenAsync(basic));
        _published = await PublishedAsync();
        var (verified, seen) = (0, new System.Collections.Concurrent.ConcurrentDictionary<string, int>());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var load = Enumerable.Range(0, 6).Select(_ => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var token = await TokenAsync(basic);
                    await VerifyAsync(token);
                    seen.AddOrUpdate(KeyOf(token), 1, (_, n) => n + 1);
                    Interlocked.Increment(ref verified);
                }
            },
            Ct)).ToList();
        await UntilMoreAsync(50);

        // The keys have come of age: successors are published, and do not sign yet.
        await TellAsync("UPDATE signing_keys SET created_at = created_at - interval '91 days', active_from = active_from - interval '91 days'");
        Assert.Equal(4, KeysIn(await PublishedAsync()));
        await UntilMoreAsync(50);
        Assert.Equal([first], seen.Keys);

        // Every cache has had the time to see them; then they sign.
        _published = await PublishedAsync();
        await TellAsync("UPDATE signing_keys SET active_from = now() - interval '1 second' WHERE active_from > now()");
        await UntilMoreAsync(50);
        Assert.Equal(2, seen.Count);
        var newest = KeyOf(await TokenAsync(basic));
        Assert.NotEqual(first, newest);
        Assert.Equal(4, KeysIn(await PublishedAsync()));

        // The last token of the old ones has expired.
        await TellAsync("UPDATE signing_keys SET retired_at = now() - interval '1 second' WHERE retired_at IS NOT NULL");
        await UntilMoreAsync(50);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.Equal(2, KeysIn(await PublishedAsync()));
        Assert.Equal(newest, KeyOf(await TokenAsync(basic)));

        async Task UntilMoreAsync(int number)
        {
            var enough = Volatile.Read(ref verified) + number;
            await Eventually.TrueAsync(
                () => Task.FromResult(Volatile.Read(ref verified) >= enough || load.Any(l => l.IsFaulted)), TimeSpan.FromSeconds(60), Ct, "Tokens");
            Assert.DoesNotContain(load, l => l.IsFaulted);
        }
    }

    [Fact]
    public async Task A_new_key_is_published_for_the_age_of_caches_and_two_minutes_before_it_signs()
    {
        await TellAsync("UPDATE signing_keys SET created_at = created_at - interval '91 days', active_from = active_from - interval '91 days'");
        Assert.Equal(2, await _identity.CountAsync("SELECT count(*) FROM signing_keys WHERE active_from > now() + interval '6 minutes 50 seconds' AND retired_at IS NULL"));
        // The old ones stay until the last token that they signed has expired.
        Assert.Equal(2, await _identity.CountAsync("SELECT count(*) FROM signing_keys WHERE active_from < now() AND retired_at > now() + interval '21 minutes 50 seconds'"));
        Assert.Equal(0, await _identity.CountAsync("SELECT count(*) FROM signing_keys WHERE position('PRIVATE' in encode(sealed_private_key, 'escape')) > 0"));
    }

    private async Task TellAsync(string sql)
    {
#pragma warning disable CA2100 // A constant of this test.
        await using (var command = _identity.Owner.CreateCommand(sql))
#pragma warning restore CA2100
        {
            await command.ExecuteNonQueryAsync(Ct);
        }

        await _identity.Services.GetRequiredService<KeyRing>().RefreshAsync(Ct);
    }

    private async Task<string> TokenAsync((string Id, string Secret) basic)
    {
        var (response, body) = await _identity.FormAsync("/connect/token", "grant_type=client_credentials", basic);
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("access_token").GetString()!;
    }

    private Task<string> PublishedAsync() => _identity.Anonymous.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative), Ct);

    private async Task VerifyAsync(string token)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = "platform",
            ValidTypes = ["at+jwt"],
            IssuerSigningKeys = new JsonWebKeySet(_published).GetSigningKeys(),
        });
        Assert.True(result.IsValid, result.Exception?.Message);
    }

    private static string KeyOf(string token) => new JsonWebToken(token).Kid;

    private static int KeysIn(string keys) => JsonDocument.Parse(keys).RootElement.GetProperty("keys").GetArrayLength();
}
