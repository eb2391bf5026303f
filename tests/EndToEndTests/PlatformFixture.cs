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

    public string AdminEmail { get; private set; } = "";

    public string AdminPassword { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Telemetry = await OtlpReceiver.StartAsync();
        Instance = await PlatformInstance.StartAsync(environment: new Dictionary<string, string>
        {
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = Telemetry.Address.ToString().TrimEnd('/'),
            ["OTEL_TRACES_SAMPLER"] = "always_on",
        });
        using var status = JsonDocument.Parse(await Instance.StatusAsync());
        var admin = status.RootElement.GetProperty("admin");
        AdminEmail = admin.GetProperty("email").GetString()!;
        AdminPassword = (await File.ReadAllTextAsync(admin.GetProperty("password_file").GetString()!)).Trim();
        Admin = await Anonymous().SignInAsync(AdminEmail, AdminPassword);

        // The tests of one run are one tenant's traffic; the default limit has a test of its own.
        await Admin.PutAsync($"/api/admin/tenants/{Api.DefaultTenant}/rate-limits",
            new { requests_per_minute = 100_000, requests_per_hour = 1_000_000, requests_per_day = 10_000_000 });
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
    public async Task<(Guid TenantId, Api Client)> NewTenantAsync(string name)
    {
        var slug = $"{name}-{Guid.NewGuid():N}"[..Math.Min(30, name.Length + 9)];
        var tenant = await Admin.PostAsync("/api/admin/tenants", new { name, slug, plan = "enterprise" });
        var id = tenant.GetProperty("id").GetGuid();
        Api? client = null;
        await Eventually.TrueAsync(
            async () =>
            {
                // Identity learns of the tenant by event.
                using var response = await Admin.SendAsync(HttpMethod.Post, "/api/v2/auth/act-as", new { tenant_id = id, reason = "end-to-end test", write = true });
                if (!response.IsSuccessStatusCode)
                {
                    return false;
                }

                var token = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("access_token").GetString()!;
                client = new Api(Instance.Gateway).WithBearer(token);
                return true;
            },
            TimeSpan.FromSeconds(20), CancellationToken.None, "Signing in to the new tenant");
        return (id, client!);
    }

    public async ValueTask DisposeAsync()
    {
        if (Instance is not null)
        {
            await Instance.DisposeAsync();
        }

        await Telemetry.DisposeAsync();
    }
}
