using System.Text;
using System.Text.Json;
using Platform.Contracts;
using Platform.Gateway.Pipeline;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Batch;

/// <summary>Sends the operations of a batch: eight at a time, each after those that it depends on.</summary>
internal sealed class RunBatch(InnerCalls calls)
{
    public const int Room = 8 << 20;
    private const int AtOnce = 8;

    /// <summary>Of an answer that are about its way, not about what it says.</summary>
    private static readonly HashSet<string> NotShown = new(StringComparer.OrdinalIgnoreCase)
    {
        "Set-Cookie", "Connection", "Transfer-Encoding", "Keep-Alive", "Content-Length", "Date", "Alt-Svc", "Surrogate-Key",
    };

    public async Task<BatchAnswer> SendAsync(HttpContext context, BatchPlan plan, CancellationToken ct)
    {
        using var places = new SemaphoreSlim(AtOnce);
        var room = new AnswerRoom(Room);
        var sent = new Task<Sent>[plan.Operations.Count];
        foreach (var operation in plan.Operations)
        {
            sent[operation.Number] = SendAsync(context, operation, [.. operation.After.Select(n => sent[n])], room, places, ct);
        }

        return new BatchAnswer([.. (await Task.WhenAll(sent)).Select(s => s.Answer)]);
    }

    private async Task<Sent> SendAsync(
        HttpContext context, PlannedOperation operation, Task<Sent>[] before, AnswerRoom room, SemaphoreSlim places, CancellationToken ct)
    {
        var answers = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var done in await Task.WhenAll(before))
        {
            if (done.Answer.Status >= StatusCodes.Status400BadRequest)
            {
                return Failed(context, operation, new Fault(ErrorCodes.DependencyFailed, $"Not sent: '{done.Answer.Id}', which it depends on, failed with {done.Answer.Status}."));
            }

            answers[done.Answer.Id] = done.Data;
        }

        if (Fill(operation, answers, out var missing) is not { } request)
        {
            return Failed(context, operation, Faults.ValidationFault("body", $"{missing} stands for nothing that can be put there"));
        }

        await places.WaitAsync(ct);
        try
        {
            return Read(context, operation, await calls.SendAsync(context, request, operation.Number, room, ct));
        }
        finally
        {
            places.Release();
        }
    }

    private static InnerRequest? Fill(PlannedOperation operation, Dictionary<string, JsonElement> answers, out string? missing)
    {
        if (References.Fill(operation.Target, answers, out missing) is not { } target)
        {
            return null;
        }

        if (operation.Body is not { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } body)
        {
            return new InnerRequest(operation.Method, target, operation.Headers, default);
        }

        var filled = References.Fill(body, answers, ref missing);
        return missing is null
            ? new InnerRequest(operation.Method, target, operation.Headers, Encoding.UTF8.GetBytes(filled?.ToJsonString(Json.Options) ?? "null"))
            : null;
    }

    private static Sent Read(HttpContext context, PlannedOperation operation, InnerResponse response)
    {
        if (response.Overflowed)
        {
            return Failed(context, operation, new Fault(ErrorCodes.PayloadTooLarge, $"The answers of the batch are larger than {Room >> 20} MB together."));
        }

        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in response.Headers)
        {
            if (!NotShown.Contains(name))
            {
                headers[name.ToLowerInvariant()] = value.ToString();
            }
        }

        JsonElement? json = null;
        if (response.Content.Length > 0 && response.Headers.ContentType.ToString().Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                json = JsonElement.Parse(response.Content.Span);
            }
            catch (JsonException)
            {
                // Lines of JSON, for one, are text.
            }
        }

        object? body = json is { } parsed ? parsed : response.Content.Length > 0 ? Encoding.UTF8.GetString(response.Content.Span) : null;
        var data = json is { ValueKind: JsonValueKind.Object } enveloped && !operation.Target.StartsWith("/api/v2/", StringComparison.OrdinalIgnoreCase) && enveloped.TryGetProperty("data", out var inner)
            ? inner
            : json ?? default;
        return new Sent(new OperationAnswer(operation.Id, response.StatusCode, headers, body), data);
    }

    /// <summary>An answer of the gateway's own, in the form of the version of the batch.</summary>
    private static Sent Failed(HttpContext context, PlannedOperation operation, Fault fault)
    {
        object body = context.GetApiVersion() == ApiVersion.V1
            ? new { success = false, error = new ErrorBody(fault.Code, fault.Message, fault.Errors), path = operation.Target }
            : new { type = FaultWriter.DocsRoot + fault.Code, status = fault.Status, detail = fault.Message, code = fault.Code, errors = fault.Errors };
        return new Sent(new OperationAnswer(operation.Id, fault.Status, new Dictionary<string, string>(), body), default);
    }

    private sealed record Sent(OperationAnswer Answer, JsonElement Data);
}
