using System.Diagnostics;
using Aspire.Hosting.Local;
using Aspire.Hosting.Local.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.Aspire.Hosting.Local.Tests;

public sealed class LifecycleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dependent_starts_only_when_the_other_is_healthy_and_its_ready_handlers_have_finished()
    {
        await using var test = new TestApplication();
        var ready = Path.Combine(test.Folder, "ready");
        test.Builder.Services.AddHealthChecks().AddCheck("file", () => File.Exists(ready) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        var store = test.AddShell("store", $"sleep 0.5; touch '{ready}'; sleep 0.3; echo settled; sleep 100").WithHealthCheck("file").OnResourceReady(async (_, _, ct) =>
        {
            await test.LinesWhenAsync("store", l => l.Contains("settled"));
            await File.WriteAllTextAsync(ready, "prepared", ct);
        });
        test.AddShell("service", $"echo found: $(cat '{ready}'); sleep 100").WaitFor(store);

        await test.StartAsync();
        var lines = await test.LinesWhenAsync("service", l => l.Count > 0);

        Assert.Equal("found: prepared", lines[0]);
    }

    [Fact]
    public async Task Completion_is_waited_for_and_its_exit_code_counts()
    {
        await using var test = new TestApplication();
        var job = test.AddShell("job", "sleep 0.3; echo done > out; exit 4");
        test.AddShell("after", "cat out; sleep 100").WaitForCompletion(job, exitCode: 4);

        await test.StartAsync();
        var lines = await test.LinesWhenAsync("after", l => l.Count > 0);

        Assert.Equal("done", lines[0]);
    }

    [Fact]
    public async Task What_dies_is_started_again_each_time_a_little_later()
    {
        await using var test = new TestApplication();
        test.AddShell("crashing", "echo started; exit 3");

        await test.StartAsync();
        var lines = await test.LinesWhenAsync("crashing", l => l.Count(x => x == "started") >= 4);

        Assert.Contains("exited with code 3", lines);
        Assert.Equal(
            ["restarting in 0.3 s", "restarting in 0.5 s", "restarting in 1.0 s"],
            lines.Where(l => l.StartsWith("restarting", StringComparison.Ordinal)).Take(3));
    }

    [Fact]
    public void The_pause_between_starts_has_a_limit()
    {
        var backOff = new BackOff();
        var pauses = Enumerable.Range(0, 8).Select(_ => backOff.Next().TotalSeconds).ToArray();

        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 8, 8], pauses);
    }

    [Fact]
    public async Task Commands_stop_start_and_restart_a_resource()
    {
        await using var test = new TestApplication();
        test.AddShell("service", "echo run $$; exec sleep 100");
        test.AddShell("crashing", "echo started; exit 3");
        await test.StartAsync();
        // Running says that the process is there; its first line, that the shell has come to the command.
        await test.LinesWhenAsync("service", l => l.Any(x => x.StartsWith("run ", StringComparison.Ordinal)));
        var commands = test.Services.GetRequiredService<ResourceCommandService>();

        Assert.True((await commands.ExecuteCommandAsync("service", KnownResourceCommands.StopCommand, Cancellation)).Success);
        await test.States.WaitForResourceAsync("service", e => e.Snapshot.State?.Text == KnownResourceStates.Exited, Cancellation);

        // While another that died is started again and again, the stopped one stays as it is.
        var starts = test.Lines("crashing").Count(l => l == "started");
        await test.LinesWhenAsync("crashing", l => l.Count(x => x == "started") >= starts + 2);
        Assert.Single(test.Lines("service"), l => l.StartsWith("run ", StringComparison.Ordinal));

        Assert.True((await commands.ExecuteCommandAsync("service", KnownResourceCommands.StartCommand, Cancellation)).Success);
        await test.LinesWhenAsync("service", l => l.Count(x => x.StartsWith("run ", StringComparison.Ordinal)) == 2);
        await test.States.WaitForResourceHealthyAsync("service", Cancellation);
        Assert.True((await commands.ExecuteCommandAsync("service", KnownResourceCommands.RestartCommand, Cancellation)).Success);
        var lines = await test.LinesWhenAsync("service", l => l.Count(x => x.StartsWith("run ", StringComparison.Ordinal)) == 3);

        Assert.Equal(3, lines.Count(x => x.StartsWith("run ", StringComparison.Ordinal)));
        Assert.False((await commands.ExecuteCommandAsync("nobody", KnownResourceCommands.StopCommand, Cancellation)).Success);
    }

    [Fact]
    public async Task Stopping_goes_from_the_dependents_to_what_they_depend_on_and_leaves_no_grandchild()
    {
        await using var test = new TestApplication();
        var order = Path.Combine(test.Folder, "order");
        var store = test.AddShell("store", $"trap 'echo store >> \"{order}\"; exit 0' TERM; setsid sleep 1000 & echo $!; while :; do sleep 0.1; done");
        test.AddShell("service", $"trap 'sleep 0.3; echo service >> \"{order}\"; exit 0' TERM; echo up; while :; do sleep 0.1; done").WaitFor(store);
        await test.StartAsync();
        await test.LinesWhenAsync("service", l => l.Contains("up"));

        await test.StopAsync();

        Assert.Equal(["service", "store"], await File.ReadAllLinesAsync(order, Cancellation));
        Assert.Empty(ProcessTree.WithVariable(Spawner.OwnerVariable, Path.Combine(test.Folder, "data")));
    }

    [Fact]
    public async Task One_that_does_not_listen_is_killed_in_the_end()
    {
        await using var test = new TestApplication();
        var deaf = new TaskCompletionSource();
        var running = await RunningProcess.StartAsync(
            test.Services.GetRequiredService<Spawner>(),
            new global::Aspire.Hosting.Local.Images.NativeCommand("/bin/sh", ["-c", "trap '' TERM; echo deaf; sleep 1000 & wait; sleep 1000"], new Dictionary<string, string>(), test.Folder),
            test.Folder,
            "deaf",
            (_, _) => deaf.TrySetResult());
        await using var _ = running;
        await deaf.Task.WaitAsync(Cancellation);
        var clock = Stopwatch.StartNew();

        await running.StopAsync(TimeSpan.FromMilliseconds(300));

        Assert.InRange(clock.Elapsed.TotalSeconds, 0.3, 10);
        Assert.Empty(ProcessTree.WithVariable(Spawner.OwnerVariable, test.Folder));
    }

    [Fact]
    public async Task Two_applications_cannot_use_one_data_folder()
    {
        await using var first = new TestApplication();
        await first.StartAsync();
        await using var second = new TestApplication(folder: first.Folder);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(second.StartAsync);

        Assert.Contains("Another AppHost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_replicas_share_one_port()
    {
        using var first = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        using var second = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        var answers = new[] { AnswerAsync(first, "one"), AnswerAsync(second, "two") };
        var port = Ports.Reserve();
        using var proxy = new TcpProxy(port, [Port(first), Port(second)]);

        var heard = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            using var client = new System.Net.Sockets.TcpClient();
            await client.ConnectAsync("127.0.0.1", port, Cancellation);
            using var reader = new StreamReader(client.GetStream());
            heard.Add(await reader.ReadToEndAsync(Cancellation));
        }

        Assert.Equal(2, heard.Count(h => h == "one"));
        Assert.Equal(2, heard.Count(h => h == "two"));

        static int Port(System.Net.Sockets.TcpListener listener) => ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        static async Task AnswerAsync(System.Net.Sockets.TcpListener listener, string text)
        {
            listener.Start();
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await client.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
            }
        }
    }
}
