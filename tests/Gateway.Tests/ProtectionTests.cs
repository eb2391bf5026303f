using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Gateway.Protection;
using Platform.Gateway.Tests.Support;

namespace Platform.Gateway.Tests;

/// <summary>Scores, blocks and rules about countries, with the loopback address taken off the allow list.</summary>
public sealed class ProtectionTests : IAsyncLifetime
{
    private const string Path = "/api/v2/threat-intel/indicators";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await StartAsync(allowed: "");

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Guessing_blocks_the_connections_address_and_never_one_that_a_header_names()
    {
        var (answers, refused) = await GuessAsync();
        Assert.InRange(answers, 20, 40);
        Assert.Equal(ErrorCodes.IpBlocked, refused.Code);
        Assert.InRange(refused.Wait, 50, 60);
        var block = Assert.Single(Blocks.All());
        Assert.Equal(("127.0.0.1", "gateway"), (block.Address, block.CreatedBy));
        using var rightful = await _gateway.GetAsync(Path);
        Assert.Equal(HttpStatusCode.Forbidden, rightful.StatusCode);
    }

    [Fact]
    public async Task Each_further_block_is_four_times_as_long()
    {
        await GuessAsync();
        Assert.Equal(60, Length(Assert.Single(Blocks.All())));
        await Blocks.RemoveAsync(Blocks.All()[0].Id, TestContext.Current.CancellationToken);
        await GuessAsync();
        Assert.Equal(240, Length(Assert.Single(Blocks.All())));
    }

    [Fact]
    public async Task A_scan_for_what_is_not_here_is_blocked_soon_and_a_wrong_id_is_not()
    {
        _gateway.ThreatIntel.Answers[Path + "/x"] = c => { c.Response.StatusCode = 404; return Task.CompletedTask; };
        for (var i = 0; i < 30; i++)
        {
            using var absent = await _gateway.GetAsync(Path + "/x");
            Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        }

        var scanned = 0;
        while ((await StatusAsync($"/wp-admin/{scanned}.php")) == HttpStatusCode.NotFound)
        {
            Assert.InRange(++scanned, 1, 15);
        }
    }

    [Fact]
    public async Task Whoever_is_on_the_allow_list_is_not_scored_and_cannot_be_blocked()
    {
        await using var gateway = await StartAsync(allowed: null);
        for (var i = 0; i < 60; i++)
        {
            using var wrong = await gateway.GetAsync(Path, "x.y.z");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var request = gateway.Request(HttpMethod.Post, "/api/v2/security/blocks", Admin(gateway));
        request.Content = JsonContent.Create(new { address = "127.0.0.1" });
        using var refused = await gateway.Client.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
    }

    [Fact]
    public async Task An_administrator_blocks_a_caller_lets_them_in_again_and_reads_what_was_done()
    {
        var spec = new { tenant_id = WellKnown.DefaultTenantId, subject = _gateway.Issuer.User, reason = "left the company", seconds = 600 };
        var made = await SendAsync(HttpMethod.Post, "/api/v2/security/blocks", HttpStatusCode.Created, spec);
        var id = made.GetProperty("id").GetString();
        using (var blocked = await _gateway.GetAsync(Path))
        {
            Assert.Equal(HttpStatusCode.Forbidden, blocked.StatusCode);
            Assert.Equal(ErrorCodes.IpBlocked, JsonElement.Parse(await blocked.Content.ReadAsStringAsync(Ct)).GetProperty("code").GetString());
        }

        var list = (await SendAsync(HttpMethod.Get, "/api/v1/security/blocks", HttpStatusCode.OK)).GetProperty("data").GetProperty("items");
        Assert.Equal("left the company", list[0].GetProperty("reason").GetString());
        await SendAsync(HttpMethod.Delete, $"/api/v1/security/blocks/{id}", HttpStatusCode.NoContent);
        await SendAsync(HttpMethod.Delete, $"/api/v1/security/blocks/{id}", HttpStatusCode.NoContent);
        using var free = await _gateway.GetAsync(Path);
        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
        var events = (await SendAsync(HttpMethod.Get, "/api/v2/security/events?limit=2", HttpStatusCode.OK)).GetProperty("items");
        Assert.Equal(["block_removed", "block_set"], events.EnumerateArray().Select(e => e.GetProperty("kind").GetString()));
    }

    [Theory]
    [InlineData("""{"address":"here"}""", "address")]
    [InlineData("""{}""", "address")]
    [InlineData("""{"address":"192.0.2.1","tenant_id":"00000000-0000-7000-8000-000000000001","subject":"x"}""", "address")]
    [InlineData("""{"address":"192.0.2.1","seconds":0}""", "seconds")]
    public async Task A_block_is_of_an_address_or_of_a_caller(string body, string field)
    {
        using var request = _gateway.Request(HttpMethod.Post, "/api/v2/security/blocks", Admin(_gateway));
        request.Content = new StringContent(body, null, "application/json");
        using var response = await _gateway.Client.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(field, Assert.Single(JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("errors").EnumerateObject()).Name);
    }

    [Theory]
    [InlineData("GET", "/api/v1/security/blocks")]
    [InlineData("GET", "/api/v2/security/events")]
    [InlineData("DELETE", "/api/v2/security/blocks/x")]
    public async Task Nobody_else_sees_or_changes_blocks(string method, string path)
    {
        using var response = await _gateway.Client.SendAsync(_gateway.Request(HttpMethod.Parse(method), path, _gateway.Issuer.Token(d => d.Claims["permissions"] = "read:all write:all delete:all manage:users")), Ct);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public void Points_halve_every_minute_and_count_double_for_known_bad_addresses()
    {
        var suspect = new Suspect();
        Assert.Equal(80, suspect.Add(80, now: 100));
        Assert.Equal(40, suspect.ScoreAt(160), 3);
        suspect.IsKnownBad = true;
        Assert.Equal(60, suspect.Add(20, now: 220), 3);
    }

    [Fact]
    public void A_burst_beyond_what_was_usual_costs_points_once_a_second()
    {
        var suspect = new Suspect();
        Assert.Equal(10, Enumerable.Range(0, 1000).Sum(_ => suspect.Arrived(now: 5.5)));
        var busy = new Suspect();
        for (var second = 0; second < 600; second++)
        {
            for (var i = 0; i < 100; i++)
            {
                busy.Arrived(second);
            }
        }

        Assert.Equal(0, Enumerable.Range(0, 1000).Sum(_ => busy.Arrived(now: 600)));
    }

    [Theory]
    [InlineData("203.0.113.1", "DE")]
    [InlineData("203.0.113.200", "FR")]
    [InlineData("::ffff:198.51.100.9", "BR")]
    [InlineData("2001:db8:1::5", "JP")]
    [InlineData("192.0.2.7", "IT")]
    [InlineData("192.0.2.8", null)]
    [InlineData("2001:db8:2::5", null)]
    public void A_country_is_read_from_a_MaxMind_database(string address, string? country) =>
        Assert.Equal(country, GeoDatabase.Open(DatabasePath).CountryOf(IPAddress.Parse(address)));

    [Fact]
    public void Another_file_is_no_database()
    {
        Assert.Throws<InvalidDataException>(() => GeoDatabase.Open(typeof(ProtectionTests).Assembly.Location));
    }

    [Theory]
    [InlineData("203.0.113.1", "DE", null, true)]
    [InlineData("203.0.113.200", "DE", null, false)]
    [InlineData("203.0.113.200", null, "FR", false)]
    [InlineData("203.0.113.1", null, "FR", true)]
    [InlineData("192.0.2.8", "DE", null, false)]
    [InlineData("192.0.2.8", null, "FR", true)]
    [InlineData("10.1.2.3", "DE", null, true)]
    [InlineData("127.0.0.1", "DE", null, true)]
    public void A_tenants_rule_admits_by_country(string address, string? allowed, string? denied, bool admitted)
    {
        var countries = new Countries(Options.Create(new ProtectionOptions { GeoDatabase = DatabasePath }), NullLogger<Countries>.Instance);
        var rule = CountryRule.Of(allowed is null ? null : [allowed], denied is null ? null : [denied])!;
        Assert.Equal(admitted, countries.Admits(rule, IPAddress.Parse(address)));
    }

    private static string DatabasePath => System.IO.Path.Combine(AppContext.BaseDirectory, "Geo", "countries.mmdb");

    private Blocks Blocks => _gateway.Provider.GetRequiredService<Blocks>();

    private static double Length(Block block) => Math.Round((block.ExpiresAt - block.CreatedAt).TotalSeconds);

    private static string Admin(GatewayUnderTest gateway) => gateway.Issuer.Token(d =>
    {
        d.Claims["sub"] = "root";
        d.Claims["permissions"] = "manage:platform";
    });

    private static Task<GatewayUnderTest> StartAsync(string? allowed) => GatewayUnderTest.StartAsync(s =>
    {
        s["Gateway:Protection:AllowList:0"] = allowed;
        s["Gateway:Protection:SlowAt"] = "100000";
        s["Gateway:AnonymousPerMinute"] = "10000";
        if (allowed is null)
        {
            s.Remove("Gateway:Protection:AllowList:0");
        }
    });

    private async Task<(int Answers, (string Code, int Wait) Refused)> GuessAsync()
    {
        for (var answers = 0; answers < 100; answers++)
        {
            using var request = _gateway.Request(HttpMethod.Get, Path, "x.y." + answers);
            request.Headers.Add("X-Forwarded-For", "198.51.100.77");
            request.Headers.Add("X_Forwarded_For", "198.51.100.77");
            using var response = await _gateway.Client.SendAsync(request, Ct);
            if (response.StatusCode == HttpStatusCode.Forbidden)
            {
                var code = JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("code").GetString()!;
                return (answers, (code, (int)response.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
            }
        }

        throw new InvalidOperationException("A hundred guesses were answered.");
    }

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var response = await _gateway.Client.GetAsync(path, Ct);
        return response.StatusCode;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpStatusCode expected, object? body = null)
    {
        using var request = _gateway.Request(method, path, Admin(_gateway));
        request.Content = body is null ? null : JsonContent.Create(body);
        using var response = await _gateway.Client.SendAsync(request, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }
}
