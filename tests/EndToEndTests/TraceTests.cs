using System.Diagnostics;
using System.Net;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>What traces show of the running platform.</summary>
public sealed class TraceTests(PlatformFixture platform)
{
    [Fact]
    public async Task One_trace_leads_from_the_client_to_the_graph()
    {
        var traceId = ActivityTraceId.CreateRandom().ToHexString();
        var bundle = SmallBundle.Create(out _, out _);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/threat-intel/import") { Content = new ByteArrayContent(bundle) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("traceparent", $"00-{traceId}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        using var response = await platform.Admin.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(traceId, response.Headers.GetValues("X-Trace-ID").Single());

        // Each process exports in its own time; the trace is whole once every hop has come.
        (string Hop, Func<Span, bool> Is)[] hops =
        [
            ("the gateway's server span", s => s.Service == "gateway" && s.Kind == 2),
            ("the service's server span", s => s.Service == "threatintel" && s.Kind == 2),
            ("the outbox relay", s => s.Service == "threatintel" && s.Name == "outbox relay"),
            ("the message sent", s => s.Service == "threatintel" && s.Kind == 4),
            ("the message consumed", s => s.Service == "knowledgegraph" && s.Kind == 5),
            ("the write into the graph", s => s.Service == "knowledgegraph" && s.Attributes.GetValueOrDefault("db.system.name", "") == "falkordb"),
        ];
        IEnumerable<Span> Trace() => platform.Telemetry.Spans.Where(s => s.TraceId == traceId);
        foreach (var (hop, matches) in hops)
        {
            await Eventually.TrueAsync(
                () => Task.FromResult(Trace().Any(matches)),
                TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken, $"In the trace, {hop}");
        }

        // An import sends more than one message: the one that this batch took comes with its sender's next export.
        Span? batch = null, sender = null;
        await Eventually.TrueAsync(
            () =>
            {
                batch = Trace().FirstOrDefault(s => s.Name == "knowledgegraph.threat-objects-upserted process batch");
                sender = batch is null ? null : Trace().FirstOrDefault(s => s.SpanId == batch.ParentId);
                return Task.FromResult(sender is not null);
            },
            TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken, "In the trace, the message that the batch took");
        Assert.Equal(("threatintel", 4), (sender!.Service, sender.Kind));
        Assert.Contains(sender.SpanId, batch!.Links);
        Assert.DoesNotContain(Trace(), s => s.IsError);
    }

    [Fact]
    public async Task A_failed_sign_in_is_no_error_and_carries_its_route_and_status()
    {
        using var response = await platform.Anonymous().SendAsync(HttpMethod.Post, "/api/v2/auth/login", new { username = "nobody@example.org", password = "wrong-password-1" });
        var traceId = response.Headers.GetValues("X-Trace-ID").Single();
        foreach (var service in new[] { "gateway", "identity" })
        {
            await Eventually.TrueAsync(
                () => Task.FromResult(platform.Telemetry.Spans.Any(s => s.TraceId == traceId && s.Service == service && s.Kind == 2 && s.Name == "POST /api/v2/auth/login"
                    && s.Attributes["http.route"] == "/api/v2/auth/login" && s.Attributes["http.response.status_code"] == "401" && !s.IsError)),
                TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken, $"The server span of {service}");
        }
    }

    [Fact]
    public async Task No_trace_is_made_of_heartbeats_polls_and_probes()
    {
        // What comes in from here on: another test may have stopped a process in the middle of anything.
        var known = platform.Telemetry.Spans.Select(s => s.SpanId).ToHashSet();
        using var response = await platform.Admin.SendAsync(HttpMethod.Get, "/api/v2/users/me");
        var traceId = response.Headers.GetValues("X-Trace-ID").Single();
        await Eventually.TrueAsync(
            () => Task.FromResult(platform.Telemetry.Spans.Any(s => s.TraceId == traceId)),
            TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken, "A trace");
        string[] noise = ["FeedHeartbeat", "/ready", "/health", "/metrics", "jwks"];
        // A client that reads the keys at the gateway is no poll of ours.
        var noisy = platform.Telemetry.Spans.Where(s => s.ParentId.Length == 0 && !known.Contains(s.SpanId)
            && s is not { Service: "gateway", Kind: 2, Name: "GET /.well-known/jwks.json" or "GET /.well-known/{**rest}" }
            && (noise.Any(n => s.Name.Contains(n, StringComparison.Ordinal) || s.Attributes.GetValueOrDefault("url.full", "").Contains(n, StringComparison.Ordinal))
                || s.Attributes.ContainsKey("db.system.name")));
        Assert.Equal([], noisy.Select(s => $"{s.Service}: {s.Name} {s.Attributes.GetValueOrDefault("db.query.text")}").Distinct());
        Assert.DoesNotContain(platform.Telemetry.Spans, s => s.Name.Contains("FeedHeartbeat", StringComparison.Ordinal));
    }
}
