using System.Diagnostics;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>A Prometheus of its own on the configuration and the rules of <c>deploy/prometheus</c>, only asked more often.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    public static readonly string Deployed = Path.Combine(Repository.Root, "deploy", "prometheus");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prometheus-test-");
    private readonly HttpClient _http;
    private readonly Process _process;

    private PrometheusServer(string scrapeTargets)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "prometheus.yml"), File.ReadAllText(Path.Combine(Deployed, "prometheus.yml")).Replace("15s", "1s", StringComparison.Ordinal));
        File.Copy(Path.Combine(Deployed, "alerts.yml"), Path.Combine(_folder.FullName, "alerts.yml"));
        _folder.CreateSubdirectory("targets");
        File.Copy(scrapeTargets, Path.Combine(_folder.FullName, "targets", "run.json"));
        var address = $"127.0.0.1:{FreePort.Take()}";
        _http = new HttpClient { BaseAddress = new Uri($"http://{address}") };
        var start = new ProcessStartInfo("bash", ["-c", "exec prometheus \"$@\" >log 2>&1", "bash",
            "--config.file=prometheus.yml", "--storage.tsdb.path=data", $"--web.listen-address={address}", "--log.level=warn"])
        {
            WorkingDirectory = _folder.FullName,
        };
        _process = Process.Start(start)!;
    }

    public static async Task<PrometheusServer> StartAsync(string scrapeTargets, CancellationToken ct)
    {
        var server = new PrometheusServer(scrapeTargets);
        await Eventually.TrueAsync(
            async () =>
            {
                if (server._process.HasExited)
                {
                    Assert.Fail(await File.ReadAllTextAsync(Path.Combine(server._folder.FullName, "log"), ct));
                }

                try
                {
                    using var response = await server._http.GetAsync("/-/ready", ct);
                    return response.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(30), ct, "Prometheus");
        return server;
    }

    /// <summary>Runs promtool in the deployed folder; its exit code and what it says.</summary>
    public static async Task<(int Exit, string Output)> ToolAsync(CancellationToken ct, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("promtool", arguments)
        {
            WorkingDirectory = Deployed,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>The <c>data</c> of an answer of the HTTP API; an expression that does not parse fails with Prometheus' words.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken ct)
    {
        using var response = await _http.GetAsync("/api/v1/" + path, ct);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
        Assert.True(response.IsSuccessStatusCode, $"{Uri.UnescapeDataString(path)}: {body.RootElement}");
        return body.RootElement.GetProperty("data").Clone();
    }

    /// <summary>The samples of an expression at this moment.</summary>
    public async Task<List<JsonElement>> QueryAsync(string expression, CancellationToken ct) =>
        [.. (await GetAsync("query?query=" + Uri.EscapeDataString(expression), ct)).GetProperty("result").EnumerateArray()];

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }
}
