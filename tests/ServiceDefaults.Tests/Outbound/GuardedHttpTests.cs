using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults.Outbound;

namespace Platform.ServiceDefaults.Tests.Outbound;

public sealed class GuardedHttpTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static readonly (string, string) LoopbackAllowed = ("Outbound:AllowedNetworks:0", "127.0.0.1/32");

    private static HttpClient Client(HostResolver? resolver = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        if (resolver is not null)
        {
            builder.Services.AddSingleton(resolver);
        }

        builder.AddGuardedHttp();
        return builder.Build().Services.GetRequiredService<GuardedHttp>().CreateClient();
    }

    private static HostResolver To(params string[] addresses) =>
        (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());

    private static async Task<OutboundRefusal> RefusalAsync(Func<Task> call) =>
        (await Assert.ThrowsAsync<OutboundRefusedException>(call)).Reason;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("017700000001")]
    [InlineData("127.1")]
    [InlineData("0")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[0:0:0:0:0:ffff:127.0.0.1]")]
    [InlineData("[64:ff9b::127.0.0.1]")]
    [InlineData("[2002:7f00:1::]")]
    [InlineData("[fe80::1]")]
    [InlineData("169.254.169.254")]
    public async Task Every_spelling_of_an_inner_address_is_refused_before_a_byte_is_sent(string host)
    {
        await using var upstream = await Upstream.StartAsync(c => c.Response.WriteAsync("secret"));
        using var client = Client();
        Assert.Equal(OutboundRefusal.Address, await RefusalAsync(() => client.GetAsync($"http://{host}:{upstream.Port}/", Ct)));
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData("127.0.0.1.")]
    [InlineData("１２７.0.0.1")]
    [InlineData("127.0.0.1%00.example.org")]
    public async Task Spellings_that_are_no_address_do_not_get_through_either(string host)
    {
        await using var upstream = await Upstream.StartAsync(c => c.Response.WriteAsync("secret"));
        using var client = Client((name, _) => throw new HttpRequestException(name));
        await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync($"http://{host}:{upstream.Port}/", Ct));
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Name_that_resolves_to_an_inner_address_is_refused_and_the_message_does_not_say_where_it_led()
    {
        await using var upstream = await Upstream.StartAsync(c => c.Response.WriteAsync("secret"));
        using var client = Client(To("10.1.2.3"));
        var refused = await Assert.ThrowsAsync<OutboundRefusedException>(() => client.GetAsync($"http://feed.example:{upstream.Port}/", Ct));
        Assert.DoesNotContain("10.1.2.3", refused.ToString());
    }

    [Fact]
    public async Task Name_with_one_inner_address_among_public_ones_is_refused()
    {
        using var client = Client(To("93.184.216.34", "127.0.0.1"));
        Assert.Equal(OutboundRefusal.Address, await RefusalAsync(() => client.GetAsync("http://feed.example/", Ct)));
    }

    [Fact]
    public async Task Name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to()
    {
        // A rebinding name server: the first answer passes the check, the second would be the inner service.
        var lookups = 0;
        using var client = Client(
            (_, _) => Task.FromResult<IPAddress[]>([Interlocked.Increment(ref lookups) == 1 ? IPAddress.Parse("127.0.0.2") : IPAddress.Loopback]),
            ("Outbound:AllowedNetworks:0", "127.0.0.2/32"));
        await using var inner = await Upstream.StartAsync(c => c.Response.WriteAsync("inner"));
        await using var outer = await Upstream.StartAsync(c => c.Response.WriteAsync("outer"), $"http://127.0.0.2:{inner.Port}");

        Assert.Equal("outer", await client.GetStringAsync($"http://feed.example:{inner.Port}/", Ct));
        Assert.Equal(1, lookups);
        Assert.Empty(inner.Requests);
    }

    [Fact]
    public async Task Rebound_name_is_refused_on_the_next_connection()
    {
        var lookups = 0;
        using var client = Client(
            (_, _) => Task.FromResult<IPAddress[]>([Interlocked.Increment(ref lookups) == 1 ? IPAddress.Loopback : IPAddress.Parse("127.0.0.9")]),
            LoopbackAllowed);
        await using var upstream = await Upstream.StartAsync(c =>
        {
            c.Response.Headers.Connection = "close";
            return c.Response.WriteAsync("ok");
        });
        Assert.Equal("ok", await client.GetStringAsync($"http://feed.example:{upstream.Port}/", Ct));
        Assert.Equal(OutboundRefusal.Address, await RefusalAsync(() => client.GetAsync($"http://feed.example:{upstream.Port}/", Ct)));
    }

    [Theory]
    [InlineData("ftp://example.org/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1:6379/_FLUSHALL")]
    public async Task Other_schemes_are_refused(string url)
    {
        using var client = Client();
        Assert.Equal(OutboundRefusal.Url, await RefusalAsync(() => client.GetAsync(url, Ct)));
    }

    [Fact]
    public async Task Redirects_of_the_same_host_are_followed_three_times()
    {
        await using var upstream = await Upstream.StartAsync(c =>
        {
            var step = int.Parse(c.Request.Path.Value![1..]);
            if (step > 0)
            {
                c.Response.Redirect($"/{step - 1}");
            }

            return Task.CompletedTask;
        });
        using var client = Client(null, LoopbackAllowed);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(upstream.Address, "/3"), Ct)).StatusCode);
        Assert.Equal(["GET /3", "GET /2", "GET /1", "GET /0"], upstream.Requests);
        Assert.Equal(OutboundRefusal.Redirect, await RefusalAsync(() => client.GetAsync(new Uri(upstream.Address, "/4"), Ct)));
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://other.example/")]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("//other.example/")]
    [InlineData("ftp://127.0.0.1/")]
    public async Task Redirect_to_another_host_or_port_is_refused(string location)
    {
        await using var upstream = await Upstream.StartAsync(c =>
        {
            c.Response.Redirect(location);
            return Task.CompletedTask;
        });
        using var client = Client(null, LoopbackAllowed);
        Assert.Equal(OutboundRefusal.Redirect, await RefusalAsync(() => client.GetAsync(upstream.Address, Ct)));
    }

    [Theory]
    [InlineData(302, "GET /end ")]
    [InlineData(303, "GET /end ")]
    [InlineData(307, "POST /end body")]
    [InlineData(308, "POST /end body")]
    public async Task Redirected_post_keeps_or_loses_its_body_as_the_status_says(int status, string expected)
    {
        var seen = "";
        await using var upstream = await Upstream.StartAsync(async c =>
        {
            if (c.Request.Path == "/start")
            {
                c.Response.StatusCode = status;
                c.Response.Headers.Location = "/end";
                return;
            }

            using var reader = new StreamReader(c.Request.Body);
            seen = $"{c.Request.Method} {c.Request.Path} {await reader.ReadToEndAsync()}";
        });
        using var client = Client(null, LoopbackAllowed);
        await client.PostAsync(new Uri(upstream.Address, "/start"), new StringContent("body"), Ct);
        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task Declared_streamed_and_compressed_answers_are_cut_at_the_limit()
    {
        await using var upstream = await Upstream.StartAsync(async c =>
        {
            switch (c.Request.Path.Value)
            {
                case "/declared":
                    c.Response.ContentLength = 2000;
                    await c.Response.Body.WriteAsync(new byte[2000]);
                    break;
                case "/bomb":
                    c.Response.Headers.ContentEncoding = "gzip";
                    await using (var gzip = new GZipStream(c.Response.Body, CompressionLevel.Fastest, leaveOpen: true))
                    {
                        await gzip.WriteAsync(new byte[2000]);
                    }

                    break;
                case "/endless":
                    while (!c.RequestAborted.IsCancellationRequested)
                    {
                        await c.Response.Body.WriteAsync(new byte[500], c.RequestAborted);
                    }

                    break;
                default:
                    await c.Response.Body.WriteAsync(new byte[1000]);
                    break;
            }
        });
        using var client = Client(null, LoopbackAllowed, ("Outbound:MaxResponseBytes", "1000"));
        Assert.Equal(1000, (await client.GetByteArrayAsync(new Uri(upstream.Address, "/fits"), Ct)).Length);
        foreach (var path in new[] { "/declared", "/bomb", "/endless" })
        {
            Assert.Equal(OutboundRefusal.TooLarge, await RefusalAsync(() => client.GetByteArrayAsync(new Uri(upstream.Address, path), Ct)));
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(upstream.Address, "/declared"));
        GuardedHttp.Limit(request, maxBytes: 5000);
        using var larger = await client.SendAsync(request, Ct);
        Assert.Equal(2000, (await larger.Content.ReadAsByteArrayAsync(Ct)).Length);
    }

    [Theory]
    [InlineData("/headers")]
    [InlineData("/body")]
    public async Task Slow_answers_are_cut_whether_they_start_or_not(string path)
    {
        await using var upstream = await Upstream.StartAsync(async c =>
        {
            if (c.Request.Path == "/body")
            {
                await c.Response.WriteAsync("a");
            }

            await Task.Delay(TimeSpan.FromSeconds(20), c.RequestAborted);
        });
        using var client = Client(null, LoopbackAllowed, ("Outbound:Timeout", "00:00:00.3"));
        var started = TimeProvider.System.GetTimestamp();
        Assert.Equal(OutboundRefusal.TooSlow, await RefusalAsync(() => client.GetAsync(new Uri(upstream.Address, path), Ct)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0.2, 5);
    }

    [Fact]
    public async Task Cancellation_of_the_caller_stays_one()
    {
        await using var upstream = await Upstream.StartAsync(c => Task.Delay(TimeSpan.FromSeconds(20), c.RequestAborted));
        using var client = Client(null, LoopbackAllowed);
        using var cancelled = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync(upstream.Address, cancelled.Token));
    }

    [Fact]
    public async Task No_trace_header_leaves_and_http3_is_not_spoken()
    {
        await using var upstream = await Upstream.StartAsync(c => c.Response.WriteAsync(c.Request.Protocol));
        using var client = Client(null, LoopbackAllowed);
        using var activity = new System.Diagnostics.Activity("caller").Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, upstream.Address) { Version = HttpVersion.Version30, VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };
        using var answer = await client.SendAsync(request, Ct);
        Assert.Equal("HTTP/1.1", await answer.Content.ReadAsStringAsync(Ct));
        Assert.Null(Assert.Single(upstream.TraceParents));
    }

    [Fact]
    public async Task Host_that_does_not_exist_or_listen_is_an_ordinary_failure()
    {
        using var client = Client(To("127.0.0.1"), LoopbackAllowed);
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("http://feed.example:1/", Ct));
        Assert.IsNotType<OutboundRefusedException>(failure);
        using var nowhere = Client(To());
        await Assert.ThrowsAsync<HttpRequestException>(() => nowhere.GetAsync("http://feed.example/", Ct));
    }

    [Fact]
    public void Bad_network_is_named()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("Outbound:AllowedNetworks:0", "10.0.0.0/40")]);
        builder.AddGuardedHttp();
        var options = builder.Build().Services.GetRequiredService<IOptions<OutboundOptions>>();
        Assert.Contains("Outbound:AllowedNetworks", Assert.Throws<OptionsValidationException>(() => options.Value).Message);
    }
}
