using OpenAI.Chat;
using Platform.Agent.Tools;

namespace Platform.Agent.Models;

/// <summary>Asks a model server for one tool call, to see whether it can be used.</summary>
internal sealed class TryProvider(ModelClient client, TimeProvider clock)
{
    private static readonly ToolInfo Probe = new(
        "report_ready", "Report ready", "Reports that the connection works.", "test", [], ToolSchema.Object(("word", ToolSchema.Text("The word ready."), true)));

    private static readonly ChatMessage[] Messages =
    [
        new SystemChatMessage("This is a test of the connection."),
        new UserChatMessage("Call the tool report_ready with the word ready."),
    ];

    public async Task<ProviderTest> RunAsync(Func<ModelAddress> address, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        try
        {
            var reply = await client.AskAsync(address(), Messages, [Probe], static _ => ValueTask.CompletedTask, ct);
            return new ProviderTest(true, reply.Calls.Any(c => c.Tool == Probe.ToolId), Took(started), null);
        }
        catch (ModelException exception)
        {
            return new ProviderTest(false, false, Took(started), exception.Message);
        }
    }

    private double Took(long started) => Math.Round(clock.GetElapsedTime(started).TotalMilliseconds, 1);
}
