using System.Diagnostics;
using System.Text.Json;
using Platform.Benchmarks.Harness;
using Platform.Benchmarks.Running;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.Benchmarks.Tokens;

/// <summary>Access tokens for clients, beside another authorization server.</summary>
internal sealed class TokenBench : Measurement
{
    private const int Connections = 32;
    private const string Gateway = "through the gateway";
    private const string Identity = "Identity";
    private const string Peer = "oidc-provider";

    public override string Name => "token";

    public override string Summary => "client credentials: tokens a second, beside npm's oidc-provider";

    public override string Help => """
        POST /connect/token with grant_type=client_credentials and the secret in the form, 32 connections, by wrk: at a second
        gateway of a running platform, at its Identity service, and at npm's oidc-provider on Node.js. Identity signs a JWT
        (ES256) for a client that it reads from PostgreSQL at most once a second; oidc-provider stores an opaque token in its own memory, which is its
        default and its quickest way.

        Budget: Identity at least twice oidc-provider's tokens/s.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        var (gateway, address) = await SecondGateway.StartAsync(
            platform, run.Folder, "gateway", new Dictionary<string, string?> { ["Gateway__AnonymousPerMinute"] = "1000000" }, ct);
        await using var _ = gateway;
        var identity = ProcessFigures.Environment(await platform.PidOfAsync("identity"));
        var (peer, peerAddress) = await StartPeerAsync(run, ct);
        await using var __ = peer;
        using var admin = await platform.SignInAdminAsync();
        var client = await admin.PostAsync("/api/v2/integrations/clients", new { client_name = "bench", permissions = new[] { "read:all" } });
        var ours = Script(run, "ours", client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);
        var theirs = Script(run, "theirs", PeerClient.Id, PeerClient.Secret);
        var key = Convert.FromBase64String(identity["InternalAuth__Key"]!);
        var nobody = new Caller(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, PermissionSet.Parse("use:anonymous"), TlpLevel.Clear);

        var turns = new Dictionary<string, List<double>> { [Gateway] = [], [Identity] = [], [Peer] = [] };
        Func<Task> Turn(string name, Uri at, string path, string script, Func<Dictionary<string, string>> headers) => async () =>
        {
            var load = await Wrk.RunAsync(new Uri(at, path), Connections, run.Options.Seconds, headers(), ct, script);
            turns[name].Add(load.RequestsPerSecond);
            run.Say($"{name}: {load.RequestsPerSecond:0} tokens/s, p50 {load.P50Microseconds / 1000:0.0} ms, p99 {load.P99Microseconds / 1000:0.0} ms");
        };
        Func<Task>[] contestants =
        [
            Turn(Gateway, address, "/connect/token", ours, () => []),
            Turn(Identity, new Uri(identity["ASPNETCORE_URLS"]!), "/connect/token", ours, () => new()
            {
                ["Authorization"] = "Bearer " + InternalTokens.Issue(nobody, "identity", key, TimeProvider.System.GetUtcNow()),
            }),
            Turn(Peer, peerAddress, "/token", theirs, () => []),
        ];
        foreach (var contestant in contestants)
        {
            await contestant();
        }

        foreach (var values in turns.Values)
        {
            // That was to warm up.
            values.Clear();
        }

        await run.InterleaveAsync("tokens", contestants);
        foreach (var (name, values) in turns)
        {
            run.Figures.Add(new Figure($"{name}: tokens", "1/s", values));
        }

        run.Figures.Add(new Figure("Identity against oidc-provider", "×", Ratio(turns[Identity], turns[Peer]), Budget.AtLeast(2)));
        run.Figures.Add(new Figure("through the gateway against oidc-provider", "×", Ratio(turns[Gateway], turns[Peer])));
    }

    private static double[] Ratio(List<double> one, List<double> other) => [.. one.Zip(other, (a, b) => a / b)];

    private static string Script(Run run, string name, string id, string secret)
    {
        var path = Path.Combine(run.Folder, name + ".lua");
        File.WriteAllText(path, $"""
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
            wrk.body = "grant_type=client_credentials&client_id={id}&client_secret={secret}"
            """);
        return path;
    }

    private static async Task<(Child Process, Uri Address)> StartPeerAsync(Run run, CancellationToken ct)
    {
        var folder = Path.Combine(Repository.Root, "tests", "EndToEndTests", "Oidc");
        using (var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--silent"]) { WorkingDirectory = folder })!)
        {
            await install.WaitForExitAsync(ct);
            if (install.ExitCode != 0)
            {
                throw new InvalidOperationException("npm could not install oidc-provider.");
            }
        }

        var address = new Uri($"http://127.0.0.1:{Child.FreePort()}");
        var config = JsonSerializer.Serialize(new
        {
            issuer = address.GetLeftPart(UriPartial.Authority),
            web = new { id = PeerClient.Id, secret = PeerClient.Secret, redirect = "http://127.0.0.1:1/web", method = "client_secret_post" },
            native = new { id = "native", redirect = "http://127.0.0.1:1/native" },
        });
        var child = Child.Start(run.Folder, "oidc-provider", ["node", Path.Combine(folder, "peer.mjs"), config]);
        await child.ReadyAsync(new Uri(address, "/.well-known/openid-configuration"), ct);
        return (child, address);
    }

    private static class PeerClient
    {
        public const string Id = "web";
        public const string Secret = "a-secret-of-some-length-0123456789";
    }
}
