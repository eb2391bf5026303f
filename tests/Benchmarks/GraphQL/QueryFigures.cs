using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Benchmarks.Harness;
using Platform.TestSupport;

namespace Platform.Benchmarks.GraphQL;

/// <summary>A query of three levels through a running platform: a hundred indicators, what they indicate, and its names.</summary>
internal static class QueryFigures
{
    private const int Objects = 100;
    private const int Asked = 50;
    private const int WarmUp = 6;

    private const string Query = """
        { indicators(first: 100) { nodes { name relationships(first: 3) { nodes { relationshipType target { type name } } } } } }
        """;

    public static async Task MeasureAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        using var admin = await platform.SignInAdminAsync();
        var (tenant, client) = await admin.NewTenantAsync("graphql", "bench");
        using var _ = client;
        await admin.RaiseLimitsAsync(tenant.ToString());
        // What is measured is the work, not that an answer was kept.
        client.Http.DefaultRequestHeaders.CacheControl = new() { NoCache = true };
        await client.ImportAsync(Bundle());
        var (times, calls) = (new List<double>(), new List<double>());
        for (var round = -WarmUp; round < run.Options.Rounds; round++)
        {
            var taken = new List<double>();
            for (var i = 0; i < Asked; i++)
            {
                var clock = Stopwatch.StartNew();
                using var response = await client.Http.PostAsJsonAsync("/graphql", new { query = Query }, ct);
                var text = await response.Content.ReadAsStringAsync(ct);
                taken.Add(clock.Elapsed.TotalMilliseconds);
                var nodes = JsonElement.Parse(text).GetProperty("data").GetProperty("indicators").GetProperty("nodes");
                if (nodes.GetArrayLength() != Objects || nodes[0].GetProperty("relationships").GetProperty("nodes").GetArrayLength() != 3)
                {
                    throw new InvalidOperationException(text[..Math.Min(500, text.Length)]);
                }

                calls.Add(int.Parse(response.Headers.GetValues("Server-Timing").Single()["upstream;desc=".Length..], System.Globalization.CultureInfo.InvariantCulture));
            }

            // The first ones are for the compiler, which takes its time, and the pools.
            if (round >= 0)
            {
                times.Add(Statistics.Percentile(taken, 0.95));
                run.Say($"three levels over {Objects} objects: p95 {times[^1]:0.0} ms");
            }
        }

        run.Figures.Add(new Figure("three levels over 100 objects: calls upstream", "1", [calls.Max()], Budget.AtMost(3)));
        run.Figures.Add(new Figure("three levels over 100 objects: p95", "ms", times, Budget.AtMost(60)));
    }

    private static byte[] Bundle()
    {
        var malware = Enumerable.Range(0, 20).Select(i => SmallBundle.Object($"malware--{Guid.NewGuid()}", null, new { name = $"Malware {i}", is_family = false })).ToList();
        var objects = new List<object>(malware);
        for (var i = 0; i < Objects; i++)
        {
            var indicator = SmallBundle.Object(
                $"indicator--{Guid.NewGuid()}", null, new { name = $"Indicator {i}", pattern = $"[ipv4-addr:value = '203.0.113.{i}']", pattern_type = "stix", valid_from = "2026-01-01T00:00:00Z" });
            objects.Add(indicator);
            objects.AddRange(Enumerable.Range(0, 5).Select(r => SmallBundle.Object(
                $"relationship--{Guid.NewGuid()}", null, new { relationship_type = "indicates", source_ref = indicator["id"], target_ref = malware[(i + r) % malware.Count]["id"] })));
        }

        return SmallBundle.Bundle(objects);
    }
}
