using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.EndToEndTests.Isolation;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>A whole platform is filled, backed up, loses every store, and is restored through its API.</summary>
public sealed class BackupRestoreTests
{
    private const string BackupKey = "Parameters:backup-key";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static readonly string[] Kept =
    [
        "/api/v2/tenant", "/api/v2/users", "/api/v2/roles", "/api/v2/integrations/clients", "/api/v2/infrastructure/assets", "/api/v2/infrastructure/incidents",
        "/api/v2/threat-intel/indicators", "/api/v2/threat-intel/collections", "/api/v2/threat-intel/malware", "/api/v2/threat-intel/relationships", "/api/v2/threat-intel/imports",
        "/api/v2/knowledge-graph/nodes?limit=100", "/api/v2/knowledge-graph/stats", "/api/v2/agent/conversations",
    ];

    /// <summary>By request only (<c>dotnet test tests/EndToEndTests -- xUnit.Explicit=on</c>): it starts a platform of its own, twice.</summary>
    [Fact(Explicit = true)]
    public async Task After_the_loss_of_every_store_everything_is_as_it_was_without_a_restart()
    {
        await using var platform = await PlatformInstance.StartAsync(durable: true);
        FilledTenant tenant;
        string id;
        Dictionary<string, string> before;
        string key;
        var (email, password) = await platform.AdminAsync();
        using (var admin = await platform.SignInAdminAsync())
        {
            tenant = await FilledTenant.CreateAsync(admin, "Kept", Guid.NewGuid().ToString("N"), Ct);
            key = (await tenant.Client.PostAsync("/api/v2/admin/api-keys", new { name = "kept", permissions = new[] { "read:all" } })).GetProperty("key").GetString()!;
            before = await ReadAsync(tenant.Client);
            id = (await admin.PostAsync("/api/v2/admin/backups", new { note = "end to end" })).GetProperty("id").GetString()!;
            Assert.Equal("completed", await EndAsync(admin, null, id, b => b));

            // A flipped byte is found before anything is changed.
            var part = Directory.GetFiles(platform.DataFolder, "identity.part", SearchOption.AllDirectories).Single();
            var bytes = await File.ReadAllBytesAsync(part, Ct);
            await File.WriteAllBytesAsync(part, [.. bytes[..^100], (byte)(bytes[^100] ^ 1), .. bytes[^99..]], Ct);
            Assert.Equal("failed", await RestoreAsync(admin, null, id));
            Assert.Equal(before, await ReadAsync(tenant.Client));
            await File.WriteAllBytesAsync(part, bytes, Ct);
        }

        // Another key opens nothing, and so nothing is changed.
        await platform.DownAsync();
        var rightKey = await ChangeKeyAsync(platform, new string('A', 44));
        await platform.UpAsync();
        using (var admin = await platform.SignInAdminAsync())
        {
            Assert.Equal("failed", await RestoreAsync(admin, null, id));
            using var same = new Api(platform.Gateway).WithBearer(tenant.Client.Http.DefaultRequestHeaders.Authorization!.Parameter!);
            Assert.Equal(before, await ReadAsync(same));
        }

        await platform.DownAsync();
        await ChangeKeyAsync(platform, rightKey);
        Directory.Delete(Path.Combine(platform.DataFolder, "stores"), recursive: true);
        await platform.UpAsync();

        // A first run has an administrator of its own; after the restore there is the one of then.
        using var former = new Api(platform.Gateway);
        using (var first = await platform.SignInAdminAsync())
        {
            Assert.Equal("completed", await RestoreAsync(first, () => former.SignInAsync(email, password), id));
        }

        // The token and the key of then, at the gateway that never knew them.
        using var again = new Api(platform.Gateway).WithBearer(tenant.Client.Http.DefaultRequestHeaders.Authorization!.Parameter!);
        await Eventually.TrueAsync(async () => (await again.TryGetAsync("/api/v2/tenant")) is { IsSuccessStatusCode: true }, TimeSpan.FromSeconds(30), Ct, "The session of then");
        Assert.Equal(before, await ReadAsync(again));
        using var reader = new Api(platform.Gateway).WithApiKey(key);
        await reader.GetAsync("/api/v2/threat-intel/malware");
        using var auditor = await former.SignInAsync(email, password);
        Assert.True((await auditor.GetAsync("/api/v2/audit/verify")).GetProperty("valid").GetBoolean());

        // What the first start of the empty stores wrote lets nobody in any more, and the file says so.
        Assert.StartsWith("Restored from a backup", (await platform.AdminAsync()).Password, StringComparison.Ordinal);
    }

    /// <summary>Gives the key of backups another value; says the one of before.</summary>
    private static async Task<string> ChangeKeyAsync(PlatformInstance platform, string key)
    {
        var file = Path.Combine(platform.DataFolder, "secrets.json");
        var secrets = JsonNode.Parse(await File.ReadAllTextAsync(file, Ct))!.AsObject();
        var former = secrets[BackupKey]!.GetValue<string>();
        secrets[BackupKey] = key;
        await File.WriteAllTextAsync(file, secrets.ToJsonString(), Ct);
        return former;
    }

    private static async Task<Dictionary<string, string>> ReadAsync(Api client)
    {
        var read = new Dictionary<string, string>();
        foreach (var path in Kept)
        {
            read[path] = (await client.GetAsync(path)).ToString();
        }

        return read;
    }

    private static async Task<string> RestoreAsync(Api admin, Func<Task<Api>>? signInAgain, string id)
    {
        await admin.PostAsync($"/api/v2/admin/backups/{id}/restore", new { });
        return await EndAsync(admin, signInAgain, id, b => b.TryGetProperty("restore", out var restore) ? restore : default);
    }

    /// <summary>The status a backup or its restore ends with. A restore ends the session that asked for it; then one of then goes on.</summary>
    private static async Task<string> EndAsync(Api admin, Func<Task<Api>>? signInAgain, string id, Func<JsonElement, JsonElement> what)
    {
        var status = "";
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await admin.TryGetAsync($"/api/v2/admin/backups/{id}");
                if (response is { IsSuccessStatusCode: true })
                {
                    status = what(JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct))).GetProperty("status").GetString()!;
                }
                else if (response is { StatusCode: System.Net.HttpStatusCode.Unauthorized } && signInAgain is not null)
                {
                    admin = await signInAgain();
                }

                return status is "completed" or "failed";
            },
            TimeSpan.FromMinutes(3), Ct, $"The end of {id}");
        return status;
    }
}
