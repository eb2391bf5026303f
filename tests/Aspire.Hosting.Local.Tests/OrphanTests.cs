using Aspire.Hosting.Local.Images;
using Aspire.Hosting.Local.Processes;
using Platform.TestSupport;

namespace Platform.Aspire.Hosting.Local.Tests;

/// <summary>With the platform's own stores: a broker with its many helpers, a database with its workers.</summary>
public sealed class OrphanTests
{
    [Fact]
    public async Task Kill_9_of_the_orchestrator_leaves_no_process_and_the_next_start_works()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var platform = await PlatformInstance.StartAsync(storesOnly: true);
        var pids = ProcessTree.WithVariable(Spawner.OwnerVariable, platform.DataFolder).ToList();
        Assert.True(pids.Count >= 5, "stores and helpers should carry the mark");
        using var status = System.Text.Json.JsonDocument.Parse(await platform.StatusAsync());
        var orchestrator = status.RootElement.GetProperty("pid").GetInt32();
        var tree = ProcessTree.Of(orchestrator).Where(p => p != orchestrator).ToList();
        Assert.True(tree.Count > pids.Count / 2);

        Assert.Equal(0, NativeMethods.Send(orchestrator, Signals.Kill));

        var left = tree;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var attempt = 0; attempt < 200 && left.Count > 0; attempt++)
        {
            await timer.WaitForNextTickAsync(cancellation);
            left = [.. tree.Where(IsAlive)];
        }

        Assert.True(left.Count == 0, $"still there: {string.Join(", ", left.Select(p => $"{p} {Name(p)}"))}");
        var (exit, output) = await platform.RunAsync(
            new Dictionary<string, string> { ["PLATFORM_EPHEMERAL"] = "1", ["PLATFORM_STORES_ONLY"] = "1" },
            "up", "--detach", "--data", platform.DataFolder, "--port", "0");
        Assert.True(exit == 0, output);
    }

    private static string Name(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    // A zombie has ended; only its parent has not yet asked.
    private static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
