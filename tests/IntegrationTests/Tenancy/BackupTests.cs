using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;
using Platform.TestSupport;
using static Platform.IntegrationTests.Tenancy.TenancyFixture;

namespace Platform.IntegrationTests.Tenancy;

/// <summary>Backup and restore, one after the other on one platform.</summary>
public sealed class BackupTests(BackupFixture platform) : IClassFixture<BackupFixture>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private HttpClient Admin => platform.Admin;

    [Fact]
    public async Task After_a_loss_of_every_store_all_is_as_it_was()
    {
        await platform.FillAsync();
        var before = await platform.DigestAsync();
        var backup = await BackUpAsync();
        Assert.Equal(5, backup.GetProperty("parts").GetArrayLength());
        foreach (var file in platform.FilesOf(backup))
        {
            Assert.DoesNotContain("Lost Owl", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Ct)), StringComparison.Ordinal);
        }

        foreach (var name in BackupFixture.Names)
        {
            await platform.ScalarAsync(name, """
                DO $$ DECLARE names text; BEGIN
                    SELECT string_agg(format('%I', relname), ', ') INTO names FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '__EFMigrationsHistory';
                    EXECUTE 'TRUNCATE ' || names || ' RESTART IDENTITY';
                END $$
                """);
        }

        Assert.NotEqual(before, await platform.DigestAsync());
        var restored = await RestoreAsync(backup);
        Assert.Equal("completed", restored.GetProperty("restore").GetProperty("status").GetString());
        Assert.Equal(before, await platform.DigestAsync());

        var auditor = platform.Identity.ClientFor(ServiceHost<IdentityDb>.User(WellKnown.DefaultTenantId, PlatformAdmin));
        Assert.True((await SendAsync(auditor, HttpMethod.Get, "/api/v2/audit/verify", HttpStatusCode.OK, Ct)).GetProperty("valid").GetBoolean());
        await SendAsync(Admin, HttpMethod.Delete, $"/api/v2/admin/backups/{backup.GetProperty("id").GetString()}", HttpStatusCode.NoContent, Ct);
        await Eventually.TrueAsync(() => Task.FromResult(platform.FilesOf(backup).Length == 0), TimeSpan.FromSeconds(20), Ct, "The parts' deletion");
    }

    [Fact]
    public async Task A_flipped_byte_stops_a_restore_before_anything_is_changed()
    {
        await platform.FillAsync();
        var backup = await BackUpAsync();
        await platform.FillAsync();
        var before = await platform.DigestAsync();
        foreach (var (service, isCut) in (IEnumerable<(string, bool)>)[("identity", false), ("threatintel", false), ("tenancy", true)])
        {
            var file = platform.FilesOf(backup, service).Single();
            var kept = await File.ReadAllBytesAsync(file, Ct);
            byte[] spoiled = [.. kept];
            spoiled[spoiled.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, isCut ? spoiled[..^20] : spoiled, Ct);
            var restored = (await RestoreAsync(backup)).GetProperty("restore");
            Assert.Equal(("failed", "verify"), (restored.GetProperty("status").GetString(), restored.GetProperty("phase").GetString()));
            var blamed = restored.GetProperty("parts").EnumerateArray().Where(p => p.GetProperty("status").GetString() == "failed").ToArray();
            Assert.Contains("hash", Assert.Single(blamed, p => p.GetProperty("service").GetString() == service).GetProperty("error").GetString(), StringComparison.Ordinal);
            Assert.Equal(before, await platform.DigestAsync());
            await File.WriteAllBytesAsync(file, kept, Ct);
        }
    }

    [Fact]
    public async Task A_backup_that_a_service_leaves_unanswered_ends_and_says_which()
    {
        await platform.SilenceGraphsAsync();
        var started = await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/backups", HttpStatusCode.Accepted, Ct);
        await WaitAsync(started, b => b.GetProperty("parts").EnumerateArray().Count(p => p.GetProperty("status").GetString() == "completed") == 4);
        await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/backups", HttpStatusCode.Conflict, Ct);

        await using (var scope = platform.Tenancy.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(WellKnown.DefaultTenantId, "tenancy"));
            var run = scope.ServiceProvider.GetRequiredService<Platform.Tenancy.Backups.RunBackups>();
            await run.EndOverdueAsync(TimeSpan.FromMinutes(15), Ct);
            Assert.Equal("running", (await WaitAsync(started, _ => true)).GetProperty("status").GetString());
            await run.EndOverdueAsync(TimeSpan.Zero, Ct);
        }

        var ended = await WaitAsync(started, _ => true);
        Assert.Equal("failed", ended.GetProperty("status").GetString());
        var silent = ended.GetProperty("parts").EnumerateArray().Single(p => p.GetProperty("status").GetString() == "failed");
        Assert.Equal("knowledgegraph", silent.GetProperty("service").GetString());
        Assert.Contains("did not answer", silent.GetProperty("error").GetString(), StringComparison.Ordinal);
        await platform.AnswerForGraphsAsync();
        await BackUpAsync();
    }

    [Fact]
    public async Task Progress_is_told_while_it_happens()
    {
        var started = await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/backups", HttpStatusCode.Accepted, Ct, new { note = "nightly" });
        using var response = await Admin.GetAsync($"/api/v2/admin/backups/{started.GetProperty("id").GetString()}/events", HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.Contains("event: completed", text, StringComparison.Ordinal);
        Assert.Contains("\"note\":\"nightly\"", text, StringComparison.Ordinal);
    }

    private async Task<JsonElement> BackUpAsync()
    {
        var started = await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/backups", HttpStatusCode.Accepted, Ct);
        var backup = await WaitAsync(started, b => b.GetProperty("status").GetString() != "running");
        Assert.True(backup.GetProperty("status").GetString() == "completed", backup.ToString());
        return backup;
    }

    private async Task<JsonElement> RestoreAsync(JsonElement backup)
    {
        await SendAsync(Admin, HttpMethod.Post, $"/api/v2/admin/backups/{backup.GetProperty("id").GetString()}/restore", HttpStatusCode.Accepted, Ct);
        return await WaitAsync(backup, b => b.TryGetProperty("restore", out var restore) && restore.GetProperty("status").GetString() != "running");
    }

    private async Task<JsonElement> WaitAsync(JsonElement backup, Func<JsonElement, bool> isDone)
    {
        JsonElement now = default;
        await Eventually.TrueAsync(
            async () =>
            {
                now = await SendAsync(Admin, HttpMethod.Get, $"/api/v2/admin/backups/{backup.GetProperty("id").GetString()}", HttpStatusCode.OK, Ct);
                return isDone(now);
            },
            TimeSpan.FromSeconds(60), Ct, "The end");
        return now;
    }
}
