using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>What operators deploy, in a real Prometheus that scrapes the real services.</summary>
public sealed partial class PrometheusTests(PlatformFixture platform) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private PrometheusServer _prometheus = null!;

    public async ValueTask InitializeAsync() =>
        _prometheus = await PrometheusServer.StartAsync(Path.Combine(platform.Instance.DataFolder, "scrape-targets.json"), Ct);

    public ValueTask DisposeAsync() => _prometheus.DisposeAsync();

    [Theory]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("check", "config", "local.yml")]
    [InlineData("test", "rules", "alerts_test.yml")]
    public async Task Promtool_accepts(params string[] arguments)
    {
        var (exit, output) = await PrometheusServer.ToolAsync(Ct, arguments);
        Assert.True(exit == 0, output);
    }

    [Fact]
    public async Task Every_alert_has_a_test()
    {
        var alerts = AlertName().Matches(await File.ReadAllTextAsync(Path.Combine(PrometheusServer.Deployed, "alerts.yml"), Ct)).Select(m => m.Groups[1].Value).ToList();
        var tested = TestedName().Matches(await File.ReadAllTextAsync(Path.Combine(PrometheusServer.Deployed, "alerts_test.yml"), Ct)).Select(m => m.Groups[1].Value).ToHashSet();
        Assert.NotEmpty(alerts);
        Assert.Empty(alerts.Except(tested));
    }

    [Fact]
    public async Task Every_service_is_scraped_under_its_name()
    {
        await ScrapedAsync();
        var up = await _prometheus.QueryAsync("up{job=\"platform\"} == 1", Ct);
        Assert.Equal(
            ["agent", "gateway", "identity", "knowledgegraph", "tenancy", "threatintel"],
            up.Select(s => s.GetProperty("metric").GetProperty("service").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_rule_is_evaluated_without_a_fault_and_on_metrics_that_exist()
    {
        await ScrapedAsync();
        await TrafficAsync();
        List<JsonElement> rules = [];
        await Eventually.TrueAsync(
            async () =>
            {
                rules = [.. (await _prometheus.GetAsync("rules", Ct)).GetProperty("groups").EnumerateArray().SelectMany(g => g.GetProperty("rules").EnumerateArray())];
                return rules.Count > 0 && rules.All(r => r.GetProperty("health").GetString() != "unknown");
            },
            TimeSpan.FromSeconds(20), Ct, "The evaluation of the rules");
        Assert.All(rules, r => Assert.True(r.GetProperty("health").GetString() == "ok", r.ToString()));

        var recorded = rules.Where(r => r.GetProperty("type").GetString() == "recording").Select(r => r.GetProperty("name").GetString()!).ToHashSet();
        await ExistAsync(rules.Select(r => r.GetProperty("query").GetString()!), recorded);
        await Eventually.TrueAsync(
            async () => (await _prometheus.QueryAsync("platform:requests:rate5m{service=\"gateway\"} > 0", Ct)).Count == 1,
            TimeSpan.FromSeconds(20), Ct, "The recorded rate of requests");
        // A healthy platform raises no alarm.
        Assert.Empty(await _prometheus.QueryAsync("ALERTS{alertstate=\"firing\",severity=\"critical\"}", Ct));
    }

    [Fact]
    public async Task Every_panel_of_the_dashboards_asks_for_metrics_that_exist()
    {
        await ScrapedAsync();
        await TrafficAsync();
        var queries = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy", "grafana"), "*.json"))
        {
            using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(file, Ct));
            var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
            Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
            queries.AddRange(panels.SelectMany(p => p.GetProperty("targets").EnumerateArray()).Select(t => t.GetProperty("expr").GetString()!
                .Replace("$service", ".*", StringComparison.Ordinal).Replace("$__rate_interval", "1m", StringComparison.Ordinal)));
        }

        Assert.True(queries.Count > 20);
        await ExistAsync(queries, []);
    }

    /// <summary>Parses each expression by asking it, and finds the name of each metric in it among those scraped.</summary>
    private async Task ExistAsync(IEnumerable<string> expressions, HashSet<string> recorded)
    {
        var wanted = new HashSet<string>();
        foreach (var expression in expressions)
        {
            await _prometheus.QueryAsync(expression, Ct);
            wanted.UnionWith(MetricsOf(expression));
        }

        Assert.NotEmpty(wanted);
        foreach (var metric in wanted.Except(recorded))
        {
            await Eventually.TrueAsync(
                async () => (await _prometheus.QueryAsync($"{{__name__=\"{metric}\"}}", Ct)).Count > 0, TimeSpan.FromSeconds(20), Ct, $"The metric {metric}");
        }
    }

    /// <summary>What is left of an expression without strings, labels, ranges, groupings and functions.</summary>
    private static IEnumerable<string> MetricsOf(string expression) =>
        Word().Matches(Function().Replace(NotMetric().Replace(expression, " "), " ")).Select(m => m.Value).Where(w => w is not ("and" or "or" or "unless" or "bool"));

    private Task ScrapedAsync() => Eventually.TrueAsync(
        async () => (await _prometheus.QueryAsync("up{job=\"platform\"} == 1", Ct)).Count == 6, TimeSpan.FromSeconds(30), Ct, "The scrape of all six services");

    /// <summary>One of everything that the figures count.</summary>
    private async Task TrafficAsync()
    {
        await platform.Anonymous().SignInAsync(platform.AdminEmail, platform.AdminPassword);
        await platform.Admin.ImportAsync(SmallBundle.Create(out var actor, out _));
        await Eventually.TrueAsync(
            async () =>
            {
                using var node = await platform.Admin.SendAsync(HttpMethod.Get, $"/api/v2/knowledge-graph/nodes/{actor}");
                return node.IsSuccessStatusCode;
            },
            TimeSpan.FromSeconds(30), Ct, "The imported node");
    }

    [GeneratedRegex(@"^\s+- alert: (\w+)", RegexOptions.Multiline)]
    private static partial Regex AlertName();

    [GeneratedRegex(@"^\s+alertname: (\w+)", RegexOptions.Multiline)]
    private static partial Regex TestedName();

    [GeneratedRegex("""\{[^}]*\}|"[^"]*"|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)|\b[0-9.e+]+\b""")]
    private static partial Regex NotMetric();

    [GeneratedRegex(@"\b[a-z_0-9]+\s*(?=\()")]
    private static partial Regex Function();

    [GeneratedRegex("[a-zA-Z_:][a-zA-Z0-9_:]*")]
    private static partial Regex Word();
}
