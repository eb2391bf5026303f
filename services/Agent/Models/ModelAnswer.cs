using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OpenAI.Chat;
using Platform.Agent.Answering;
using Platform.Agent.Chat;
using Platform.Agent.Confirming;
using Platform.Agent.Remembering;
using Platform.Agent.Semantics;
using Platform.Agent.Storage;
using Platform.Agent.Tools;

namespace Platform.Agent.Models;

/// <summary>
/// Answers with a model: it calls tools in a loop until it has an answer. Whatever it was told, by whomever, it reaches
/// nothing but the registry, which holds it to the caller's rights; and what writes waits for the user.
/// </summary>
internal sealed class ModelAnswer(
    ModelClient client, ModelBreakers breakers, ModelMeter meter, ProviderVault vault, ToolRegistry tools, SearchMemory memory, SemanticLayer layer, AskFirst askFirst, AgentDb db, IOptions<ModelOptions> options)
{
    private const int MemoriesShown = 5;
    private const int MessagesShown = 6;

    /// <summary>The tenant's model, unless it has none or its month's tokens are used up.</summary>
    public async Task<Provider?> ProviderAsync(CancellationToken ct) =>
        await db.Providers.AsNoTracking().FirstOrDefaultAsync(p => p.Enabled, ct) is { } provider && !await meter.IsUsedUpAsync(provider, ct) ? provider : null;

    /// <exception cref="ModelException">The model failed; what it said until then was said.</exception>
    public async Task<AnswerStatus> RunAsync(Provider provider, Turn turn, AnswerSession session, CancellationToken ct)
    {
        var address = new ModelAddress(new Uri(provider.BaseUrl), provider.Model, vault.Open(provider));
        var messages = await BeginAsync(turn, ct);
        var grounds = new Grounding(turn.Message);
        session.Planner = "model";
        long spent = 0;
        for (var step = 1; step <= options.Value.MaxSteps; step++)
        {
            var spoken = new SpokenText();
            // The last step is for the answer: whoever still wants tools then has none.
            var offered = step == options.Value.MaxSteps ? [] : tools.Available;
            var reply = await breakers.RunAsync(
                provider, async token => await client.AskAsync(address, messages, offered, text => session.SayAsync(spoken.Next(text), token), token), ct);
            await session.SayAsync(spoken.Rest(), ct);
            await meter.AddAsync(provider, reply, ct);
            session.Spend(reply.InputTokens, reply.OutputTokens);
            spent += reply.InputTokens + reply.OutputTokens;
            if (reply.Calls.Count == 0)
            {
                await CloseAsync(session, grounds, ct);
                return AnswerStatus.Answered;
            }

            if (spent >= options.Value.MaxAnswerTokens)
            {
                throw new ModelException("The answer would take more tokens than one may.");
            }

            messages.Add(Calling(reply));
            foreach (var call in reply.Calls)
            {
                messages.Add(new ToolChatMessage(call.Id, await CallAsync(call, turn, session, grounds, ct)));
            }
        }

        throw new ModelException("The model found no answer in as many steps as it has.");
    }

    private async Task<List<ChatMessage>> BeginAsync(Turn turn, CancellationToken ct)
    {
        var messages = new List<ChatMessage> { new SystemChatMessage(Instructions.For(await memory.RunAsync(turn.Message, MemoriesShown, ct), await layer.ReachableModelAsync(ct))) };
        var earlier = await db.Messages.AsNoTracking().Where(m => m.ConversationId == turn.ConversationId && m.Id != turn.AnswerId)
            .OrderByDescending(m => m.Id).Take(MessagesShown + 1).ToListAsync(ct);
        for (var i = earlier.Count - 1; i >= 0; i--)
        {
            messages.Add(earlier[i].Role == MessageRole.User ? new UserChatMessage(earlier[i].Content) : new AssistantChatMessage(earlier[i].Content));
        }

        return messages;
    }

    private static AssistantChatMessage Calling(ModelReply reply)
    {
        var calls = reply.Calls.Select(c => ChatToolCall.CreateFunctionToolCall(c.Id, c.Tool, BinaryData.FromString((c.Arguments ?? []).ToJsonString())));
        var message = new AssistantChatMessage(calls);
        if (reply.Text.Length > 0)
        {
            message.Content.Add(ChatMessageContentPart.CreateTextPart(reply.Text));
        }

        return message;
    }

    /// <summary>Calls a tool; gives what the model is told of it.</summary>
    private async Task<string> CallAsync(ModelCall call, Turn turn, AnswerSession session, Grounding grounds, CancellationToken ct)
    {
        if (call.Arguments is null)
        {
            return Told(new JsonObject { ["error"] = "The arguments are no JSON object. Call the tool again with a JSON object." });
        }

        if (tools.Writes(call.Tool) && tools.Refusal(call.Tool, call.Arguments) is null)
        {
            await askFirst.RunAsync(turn, call.Tool, call.Arguments, session, ct);
            return Told(new JsonObject { ["status"] = "It waits until the user confirms it. Nothing was written yet." });
        }

        var (result, mark) = await session.CallAsync(call.Tool, call.Arguments, ct);
        if (result.Error is { } error)
        {
            return Told(new JsonObject { ["error"] = error.Message, ["faults"] = error.Errors is null ? null : System.Text.Json.JsonSerializer.SerializeToNode(error.Errors) });
        }

        var data = result.Data?.ToJsonString() ?? "null";
        grounds.Add(data, result.Rows);
        if (call.Tool == ToolIds.RenderChart && result.Data is JsonObject spec)
        {
            await session.EmitAsync(new ChartEvent(spec), ct);
            return Told(new JsonObject { ["mark"] = mark, ["status"] = "The user sees the chart." });
        }

        session.KeepResult(result);
        var cut = data.Length > options.Value.MaxResultLength;
        return Told(new JsonObject { ["mark"] = mark, ["rows"] = result.Rows, ["cut"] = cut, ["data"] = cut ? data[..options.Value.MaxResultLength] : result.Data?.DeepClone() });
    }

    private static string Told(JsonObject facts) => facts.ToJsonString();

    /// <summary>Says which figures nothing supports, and names the sources where the model did not.</summary>
    private static async Task CloseAsync(AnswerSession session, Grounding grounds, CancellationToken ct)
    {
        var text = session.Text;
        if (session.Citations.Count > 0 && !text.Contains('[', StringComparison.Ordinal))
        {
            var marks = new StringBuilder();
            foreach (var citation in session.Citations)
            {
                marks.Append('[').Append(citation.Number).Append(']');
            }

            await session.SayAsync($"\nSources: {marks}", ct);
        }

        if (grounds.Unsupported(text) is { Count: > 0 } figures)
        {
            await session.SayAsync($"\nNot found in the data that was looked up: {string.Join(", ", figures)}. Do not rely on {(figures.Count == 1 ? "this figure" : "these figures")}.", ct);
        }
    }
}
