using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using Microsoft.Extensions.Options;
using OpenAI;
using OpenAI.Chat;
using Platform.Agent.Tools;
using Platform.ServiceDefaults;

namespace Platform.Agent.Models;

/// <summary>Where a model is and how to get in.</summary>
internal sealed record ModelAddress(Uri BaseUrl, string Model, string? ApiKey);

/// <summary>What a model said to one step.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Calls">The tools that it wants called.</param>
/// <param name="InputTokens">What it read.</param>
/// <param name="OutputTokens">What it wrote.</param>
internal sealed record ModelReply(string Text, IReadOnlyList<ModelCall> Calls, long InputTokens, long OutputTokens);

/// <summary>
/// Asks any server that speaks OpenAI's chat completions, through the official client, token by token. What servers do
/// differently is evened out by <see cref="RepairHandler"/> before the client sees it, and by reading calls from text.
/// </summary>
internal sealed class ModelClient(IHttpMessageHandlerFactory handlers, IOptions<ModelOptions> options, TimeProvider clock)
{
    /// <summary>A token is about so many characters, where a server does not count.</summary>
    private const int CharactersOfToken = 4;

    /// <param name="address">The model.</param>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="tools">The tools that it may want.</param>
    /// <param name="say">Takes the text as it comes in; what may yet be a call comes late.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="ModelException">The server failed.</exception>
    public async Task<ModelReply> AskAsync(
        ModelAddress address, IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolInfo> tools, Func<string, ValueTask> say, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(options.Value.StepTimeout, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        using var http = new HttpClient(new RepairHandler(handlers.CreateHandler(GuardedHttp.ClientName), options.Value, clock), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        var client = new ChatClient(address.Model, new ApiKeyCredential(address.ApiKey is { Length: > 0 } key ? key : "none"), new OpenAIClientOptions
        {
            Endpoint = address.BaseUrl,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = options.Value.StepTimeout,
        });
        try
        {
            var reply = await StreamAsync(client, messages, Settings(tools), tools, say, stop.Token);
            // Some servers send calls only in one piece: then the stream was empty, or ended for the sake of calls that never came.
            return reply ?? await WholeAsync(client, messages, Settings(tools), tools, say, stop.Token);
        }
        catch (Exception exception) when (exception is not ModelException && !ct.IsCancellationRequested)
        {
            throw new ModelException(Explain(exception, limit.IsCancellationRequested), exception);
        }
    }

    private static string Explain(Exception? exception, bool late)
    {
        for (; exception is not null && !late; exception = exception.InnerException)
        {
            switch (exception)
            {
                case ModelException or OutboundRefusedException:
                    return exception.Message;
                case HttpRequestException or IOException:
                    return "The model server cannot be reached.";
            }
        }

        return late ? "The model server took too long." : "The model server did not keep to the protocol.";
    }

    /// <summary>Null where the stream held nothing to go on with.</summary>
    private static async Task<ModelReply?> StreamAsync(
        ChatClient client, IReadOnlyList<ChatMessage> messages, ChatCompletionOptions settings, IReadOnlyList<ToolInfo> tools, Func<string, ValueTask> say, CancellationToken ct)
    {
        var text = new StringBuilder();
        var said = 0;
        var building = new SortedDictionary<int, (string Id, StringBuilder Name, StringBuilder Arguments)>();
        var finish = default(ChatFinishReason?);
        ChatTokenUsage? usage = null;
        await foreach (var update in client.CompleteChatStreamingAsync(messages, settings, ct))
        {
            usage = update.Usage ?? usage;
            finish = update.FinishReason ?? finish;
            foreach (var part in update.ContentUpdate)
            {
                text.Append(part.Text);
            }

            foreach (var call in update.ToolCallUpdates)
            {
                if (!building.TryGetValue(call.Index, out var built))
                {
                    building[call.Index] = built = (call.ToolCallId ?? $"call_{call.Index + 1}", new StringBuilder(), new StringBuilder());
                }

                // Each piece repeats the name with some servers.
                if (built.Name.Length == 0)
                {
                    built.Name.Append(call.FunctionName);
                }

                built.Arguments.Append(call.FunctionArgumentsUpdate?.ToString());
            }

            if (text.Length > said && !PlainTextCalls.MayBegin(text.ToString(0, Math.Min(text.Length, 40))))
            {
                await say(text.ToString(said, text.Length - said));
                said = text.Length;
            }
        }

        var calls = building.Values.Select(b => new ModelCall(b.Id, b.Name.ToString(), PlainTextCalls.Object(b.Arguments.ToString()))).ToList();
        if (calls.Count == 0 && (text.Length == 0 || finish == ChatFinishReason.ToolCalls) && said == 0)
        {
            return null;
        }

        return await FinishAsync(text.ToString(), said, calls, messages, usage, tools, say);
    }

    private static async Task<ModelReply> WholeAsync(
        ChatClient client, IReadOnlyList<ChatMessage> messages, ChatCompletionOptions settings, IReadOnlyList<ToolInfo> tools, Func<string, ValueTask> say, CancellationToken ct)
    {
        var answer = (await client.CompleteChatAsync(messages, settings, ct)).Value;
        var text = string.Concat(answer.Content.Select(part => part.Text));
        var calls = answer.ToolCalls.Select(c => new ModelCall(c.Id, c.FunctionName, PlainTextCalls.Object(c.FunctionArguments.ToString()))).ToList();
        return calls.Count == 0 && text.Length == 0
            ? throw new ModelException("The model answered nothing.")
            : await FinishAsync(text, 0, calls, messages, answer.Usage, tools, say);
    }

    private static async Task<ModelReply> FinishAsync(
        string text, int said, List<ModelCall> calls, IReadOnlyList<ChatMessage> messages, ChatTokenUsage? usage, IReadOnlyList<ToolInfo> tools, Func<string, ValueTask> say)
    {
        if (calls.Count == 0 && said == 0 && PlainTextCalls.Read(text, name => tools.Any(t => t.ToolId == name)) is { Count: > 0 } written)
        {
            (calls, text) = ([.. written], "");
        }

        if (text.Length > said)
        {
            await say(text[said..]);
        }

        var input = messages.Sum(m => m.Content.Sum(part => part.Text?.Length ?? 0)) / CharactersOfToken;
        return new ModelReply(text, calls, Counted(usage?.InputTokenCount, input), Counted(usage?.OutputTokenCount, (text.Length / CharactersOfToken) + 1));
    }

    private static long Counted(int? counted, int estimated) => counted is > 0 ? counted.Value : estimated;

    private ChatCompletionOptions Settings(IReadOnlyList<ToolInfo> tools)
    {
        var settings = new ChatCompletionOptions { MaxOutputTokenCount = options.Value.MaxOutputTokens, Temperature = 0 };
        foreach (var tool in tools)
        {
            settings.Tools.Add(ChatTool.CreateFunctionTool(tool.ToolId, tool.Description, BinaryData.FromString(tool.Parameters.ToJsonString())));
        }

        return settings;
    }
}
