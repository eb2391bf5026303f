using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Platform.Benchmarks.Harness;
using Platform.Benchmarks.Running;
using Platform.TestSupport;

namespace Platform.Benchmarks.SeedStack;

/// <summary>The platform beside the stack that its seed describes, doing the same.</summary>
internal sealed class StackBench : Measurement
{
    private const int Connections = 64;
    /// <summary>The system's own: its packages are not in whatever other one is on PATH.</summary>
    private const string Python = "/usr/bin/python3";
    private const string List = "/api/v2/threat-intel/indicators?limit=50";
    private const string Lookup = "/api/v2/threat-intel/indicators/lookup";

    public override string Name => "stack";

    public override string Summary => "an indicator list and a lookup, beside the seed's FastAPI stack with the same rules and data";

    public override string Help => """
        The seed's stack (tests/Benchmarks/SeedStack/peer.py: FastAPI, asyncpg, Redis, JWT, two uvicorn workers with uvloop, all
        from Debian) and ours (gateway, ThreatIntel) serve the same 10,000 indicators from the same PostgreSQL and Redis
        servers: the newest 50, and a lookup of 10 values of which 5 are known. Both verify a token, check a permission and
        count three windows of the tenant in Redis. wrk asks each in turn with 64 connections.

        Budget: at least 3 × the peer's requests/s and a lower p99, with our response cache off. (The budget of 8 × with the
        cache on is for when the gateway has one.)
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        using var admin = await platform.SignInAdminAsync();
        var (tenant, client) = await admin.NewTenantAsync("bench-stack", "bench");
        using var _ = client;
        await admin.RaiseLimitsAsync(tenant.ToString());

        run.Say("giving both the indicators");
        var indicators = new IndicatorSet(run.Options.Quick ? 1_000 : 10_000);
        var import = await client.ImportAsync(indicators.ToBundle());
        if (import.GetProperty("created").GetInt32() != indicators.Count)
        {
            throw new InvalidOperationException($"The import ended with {import}");
        }

        var stores = await platform.ConnectionsAsync();
        await using var database = await TestSupport.Stack.CreateDatabaseAsync(stores["postgres"], "peer");
        await indicators.StoreAsync(database.Owner, tenant, ct);
        var secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        var (peer, address) = await StartPeerAsync(run.Folder, secret, database.Owner, stores["state"], ct);
        await using var __ = peer;

        (string Name, Uri Address, string Token)[] stacks =
        [
            ("fastapi", address, PeerToken(secret, tenant)),
            ("platform", platform.Gateway, client.Http.DefaultRequestHeaders.Authorization!.Parameter!),
        ];
        var script = await indicators.WriteLookupScriptAsync(run.Folder, ct);
        foreach (var (what, path, lua) in ((string, string, string?)[])[("list of 50", List, null), ("lookup of 10", Lookup, script)])
        {
            var loads = stacks.ToDictionary(s => s.Name, _ => new List<Load>());
            Task<Load> Ask((string Name, Uri Address, string Token) stack, int seconds) => Wrk.RunAsync(
                new Uri(stack.Address, path), Connections, seconds, new Dictionary<string, string> { ["Authorization"] = "Bearer " + stack.Token }, ct, lua);
            foreach (var stack in stacks)
            {
                run.Say($"{what}: warming up {stack.Name}");
                await Ask(stack, run.Options.Quick ? 1 : 6);
            }

            await run.InterleaveAsync(what, Array.ConvertAll<(string Name, Uri Address, string Token), Func<Task>>(
                stacks, s => async () => loads[s.Name].Add(await Ask(s, run.Options.Seconds))));
            Report(run, what, loads);
        }

        run.Notes.Add("The platform's answers pass two processes (gateway, ThreatIntel), its usage rows are stored meanwhile; the peer keeps none.");
    }

    private static void Report(Run run, string what, Dictionary<string, List<Load>> loads)
    {
        foreach (var (name, list) in loads)
        {
            run.Figures.Add(new Figure($"{name}, {what}: requests", "1/s", list.ConvertAll(l => l.RequestsPerSecond)));
            run.Figures.Add(new Figure($"{name}, {what}: p99", "ms", list.ConvertAll(l => l.P99Microseconds / 1000)));
        }

        var pairs = loads["platform"].Zip(loads["fastapi"]).ToList();
        run.Figures.Add(new Figure($"platform ÷ fastapi, {what}: requests", "×", pairs.ConvertAll(p => p.First.RequestsPerSecond / p.Second.RequestsPerSecond), Budget.AtLeast(3)));
        run.Figures.Add(new Figure($"platform ÷ fastapi, {what}: p99", "×", pairs.ConvertAll(p => p.First.P99Microseconds / p.Second.P99Microseconds), Budget.AtMost(1)));
    }

    private static async Task<(Child Process, Uri Address)> StartPeerAsync(string folder, string secret, string database, string redis, CancellationToken ct)
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "SeedStack", "peer.py"), Path.Combine(folder, "peer.py"));
        var port = Child.FreePort();
        var child = Child.Start(
            folder, "fastapi", [Python, "-m", "uvicorn", "peer:app", "--workers", "2", "--port", $"{port}", "--no-access-log", "--loop", "uvloop", "--http", "httptools"],
            new Dictionary<string, string?>
            {
                ["PEER_SECRET"] = secret,
                ["PEER_POSTGRES"] = PostgresUrl(database),
                ["PEER_REDIS"] = RedisUrl(redis),
                ["PYTHONDONTWRITEBYTECODE"] = "1",
            });
        var address = new Uri($"http://127.0.0.1:{port}");
        await child.ReadyAsync(new Uri(address, "/ready"), ct);
        return (child, address);
    }

    private static string PeerToken(string secret, Guid tenant) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Audience = "platform",
        Expires = DateTime.UtcNow.AddHours(2),
        Claims = new Dictionary<string, object> { ["sub"] = "bench", ["tenant"] = tenant.ToString(), ["permissions"] = "read:all read:threat_intel" },
        SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.ASCII.GetBytes(secret)), SecurityAlgorithms.HmacSha256),
    });

    private static string PostgresUrl(string connection)
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        return $"postgresql://{Uri.EscapeDataString(parts.Username!)}:{Uri.EscapeDataString(parts.Password!)}@{parts.Host}:{parts.Port}/{parts.Database}";
    }

    /// <summary>From <c>host:port,password=…</c>.</summary>
    private static string RedisUrl(string connection)
    {
        var parts = connection.Split(',');
        var password = parts.FirstOrDefault(p => p.StartsWith("password=", StringComparison.Ordinal))?["password=".Length..] ?? "";
        return $"redis://:{Uri.EscapeDataString(password)}@{parts[0]}/3";
    }
}
