using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>One whole platform for the run, reached through its gateway only, and an OTLP receiver beside it.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private Task<ImportedAttack?>? _attack;

    public PlatformInstance Instance { get; private set; } = null!;

    /// <summary>Receives what the platform's processes export.</summary>
    internal OtlpReceiver Telemetry { get; private set; } = null!;

    /// <summary>The generated administrator, signed in.</summary>
    public Api Admin { get; private set; } = null!;

    /// <summary>The link that opens the dashboard.</summary>
    public Uri StartLink { get; private set; } = null!;

    public string AdminEmail { get; private set; } = "";

    public string AdminPassword { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Telemetry = await OtlpReceiver.StartAsync();
        Instance = await PlatformInstance.StartAsync(environment: new Dictionary<string, string>
        {
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = Telemetry.Address.ToString().TrimEnd('/'),
            ["OTEL_TRACES_SAMPLER"] = "parentbased_always_on",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "5000",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "1000",
            ["Telemetry__RequestLogRatio"] = "1",
            // Everything anonymous and refused comes from one address here, browsers and kill drills included; the limit has tests of its own.
            ["Gateway__AnonymousPerMinute"] = "100000",
        });
        await OpenDashboardAsync();
        (AdminEmail, AdminPassword) = await Instance.AdminAsync();
        Admin = await Anonymous().SignInAsync(AdminEmail, AdminPassword);

        // The tests of one run are one tenant's traffic; the default limit has a test of its own.
        await Admin.RaiseLimitsAsync(Api.DefaultTenant);
    }

    private async Task OpenDashboardAsync()
    {
        using var status = JsonDocument.Parse(await Instance.StatusAsync());
        StartLink = new Uri(status.RootElement.GetProperty("dashboard").GetString()!);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = StartLink };
        client.DefaultRequestHeaders.Authorization = new("Bearer", StartLink.Query["?t=".Length..]);
        using var dashboard = JsonDocument.Parse(await client.GetStringAsync("/api/telemetry"));
        Telemetry.PassOnTo(new Uri(dashboard.RootElement.GetProperty("http").GetString()!), dashboard.RootElement.GetProperty("key").GetString()!);
    }

    /// <summary>A client without a credential.</summary>
    public Api Anonymous() => new(Instance.Gateway);

    /// <summary>ATT&amp;CK Enterprise, imported once for the run; null where the test data is absent.</summary>
    internal Task<ImportedAttack?> AttackAsync()
    {
        lock (Instance)
        {
            return _attack ??= ImportedAttack.ImportAsync(Admin);
        }
    }

    /// <summary>A new tenant, and a client that acts inside it with an administrator's rights.</summary>
    public Task<(Guid TenantId, Api Client)> NewTenantAsync(string name) => Admin.NewTenantAsync(name, "end-to-end test");

    public async ValueTask DisposeAsync()
    {
        if (Instance is not null)
        {
            await Instance.DisposeAsync();
        }

        await Telemetry.DisposeAsync();
    }
}
