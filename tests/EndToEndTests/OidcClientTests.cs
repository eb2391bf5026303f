using System.Diagnostics;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>
/// Clients that know nothing of the platform, npm's openid-client and oauth4webapi, and a browser with its scripts off,
/// go through the protocol at the gateway. npm's oidc-provider passes the same script, which proves it fair.
/// </summary>
public sealed class OidcClientTests(PlatformFixture platform)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "EndToEndTests", "Oidc");
    private static readonly Lazy<Task> Packages = new(() => ExpectAsync("npm", "ci", "--silent"));

    [Fact]
    public async Task Independent_clients_and_a_browser_are_content_with_the_platform()
    {
        await Packages.Value;
        var (web, native) = (Landing("web"), Landing("native"));
        var username = $"oidc-{Guid.NewGuid():N}@example.com";
        const string Password = "a really fine pass 9";
        await platform.Admin.PostAsync("/api/v2/users", new { username, password = Password, role = "analyst", must_change_password = false });
        var confidential = await RegisterAsync("client_secret_basic", web, "authorization_code", "refresh_token", "client_credentials");
        var open = await RegisterAsync("none", native, "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code");
        var metadata = await platform.Anonymous().GetAsync("/.well-known/openid-configuration");
        await JudgeAsync(
            metadata.GetProperty("issuer").GetString()!, username, Password,
            new { id = confidential.GetProperty("client_id").GetString(), secret = confidential.GetProperty("client_secret").GetString(), redirect = web },
            new { id = open.GetProperty("client_id").GetString(), redirect = native });
    }

    [Fact]
    public async Task The_same_script_is_content_with_another_server()
    {
        await Packages.Value;
        var issuer = $"http://127.0.0.1:{FreePort.Take()}";
        var (web, native) = (new { id = "web", secret = "a-secret-of-some-length-0123456789", redirect = Landing("web") }, new { id = "native", redirect = Landing("native") });
        using var peer = Start("node", "peer.mjs", JsonSerializer.Serialize(new { issuer, web, native }));
        try
        {
            Assert.Equal("listening", await ReadUntilAsync(peer.StandardOutput, "listening"));
            await JudgeAsync(issuer, "ana@example.com", "any pass will do", web, native);
        }
        finally
        {
            peer.Kill(entireProcessTree: true);
        }
    }

    private Task<JsonElement> RegisterAsync(string method, string redirect, params string[] grants) => platform.Admin.PostAsync("/api/v2/integrations/clients", new
    {
        client_name = "Independent client",
        permissions = new[] { "read:all" },
        grant_types = grants,
        redirect_uris = new[] { redirect },
        token_endpoint_auth_method = method,
    });

    private static Task JudgeAsync(string issuer, string username, string password, object web, object native) =>
        ExpectAsync("node", "conformance.mjs", JsonSerializer.Serialize(new { issuer, username, password, chromium = Chromium(), web, native }));

    private static string Chromium() =>
        new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("Chromium is not installed.");

    private static async Task ExpectAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, string.Join('\n', output));
        Assert.DoesNotContain("not ok", output[0], StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(output[0]);
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<string?> ReadUntilAsync(StreamReader output, string text)
    {
        while (await output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line == text)
            {
                return line;
            }
        }

        return null;
    }

    private static string Landing(string path) => $"http://127.0.0.1:{LandingPort.Value}/{path}-{Guid.NewGuid():N}";

    private static readonly Lazy<int> LandingPort = new(FreePort.Take);
}
