using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>What the documentation says is run as it stands.</summary>
public sealed partial class DocumentationTests(PlatformFixture platform)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_command_of_the_five_minute_tour_works()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), Ct);
        var tour = readme[readme.IndexOf("## A tour in five minutes", StringComparison.Ordinal)..];
        tour = tour[..tour.IndexOf("\n## ", 10, StringComparison.Ordinal)];
        var script = new StringBuilder("set -euo pipefail\n");
        foreach (Match block in BashBlock().Matches(tour))
        {
            script.AppendLine(block.Groups[1].Value);
        }

        // The tour speaks of the default address and data folder; this run has its own.
        var passwordFile = JsonDocument.Parse(await platform.Instance.StatusAsync()).RootElement.GetProperty("admin").GetProperty("password_file").GetString()!;
        var text = script.ToString()
            .Replace("http://localhost:7777", platform.Instance.Gateway.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace(".data/admin-password", passwordFile, StringComparison.Ordinal);
        Assert.True(BashBlock().Count(tour) >= 5);
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", text]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root })!;
        var output = bash.StandardOutput.ReadToEndAsync(Ct);
        var errors = bash.StandardError.ReadToEndAsync(Ct);
        await bash.WaitForExitAsync(Ct);
        Assert.True(bash.ExitCode == 0, $"{await output}\n{await errors}");
        Assert.Contains("done", await output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_api_description_is_one_document_over_all_services()
    {
        string[] wanted = ["/api/v1/auth/login", "/api/v1/threat-intel/import", "/api/v1/knowledge-graph/path", "/api/v1/agent/chat_sse", "/api/admin/api-keys"];
        List<string> paths = [];
        await Eventually.TrueAsync(
            async () =>
            {
                // Each service writes its part when it is first asked, which takes it a moment.
                using var response = await platform.Admin.SendAsync(HttpMethod.Get, "/api/openapi.json");
                using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
                Assert.StartsWith("3.1", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
                paths = document.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
                return wanted.All(paths.Contains);
            },
            TimeSpan.FromSeconds(30), Ct, "The description of every service");
        Assert.DoesNotContain(paths, p => p.StartsWith("/internal", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/api/docs/index.html")]
    [InlineData("/api/redoc/index.html")]
    [InlineData("/")]
    [InlineData("/api/docs/errors/VALIDATION_ERROR")]
    public async Task The_pages_answer_without_a_credential_and_load_nothing_from_elsewhere(string path)
    {
        using var response = await platform.Anonymous().SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        var html = await response.Content.ReadAsStringAsync(Ct);
        Assert.DoesNotMatch("(src|href)=\"https?://(?!localhost)", html);
        Assert.True(response.Headers.Contains("Content-Security-Policy"));
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/ready")]
    [InlineData("/live")]
    [InlineData("/api/v1/health")]
    public async Task Health_is_public_and_tells_no_internals(string path)
    {
        using var response = await platform.Anonymous().SendAsync(HttpMethod.Get, path);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_not_on_the_public_port()
    {
        using var response = await platform.Anonymous().SendAsync(HttpMethod.Get, "/metrics");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex BashBlock();
}
