using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>graphql-sse, distinct connections mode: the answers of one operation as events <c>next</c>, then <c>complete</c>.</summary>
internal static class EventStream
{
    private static readonly byte[] Complete = "event: complete\ndata:\n\n"u8.ToArray();
    private static readonly byte[] Alive = ":\n\n"u8.ToArray();
    private static readonly byte[] Next = "event: next\ndata: "u8.ToArray();
    private static readonly byte[] End = "\n\n"u8.ToArray();

    public static async Task WriteAsync(HttpContext context, GraphQLEngine engine, AdmittedRequest request, RequestScope scope, GraphQLHttpOptions options)
    {
        var ct = context.RequestAborted;
        var response = context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        // Whoever has opened it learns so at once, however long the first event takes.
        await response.Body.WriteAsync(Alive, ct);
        await response.Body.FlushAsync(ct);
        var (stream, refusal) = await engine.SubscribeAsync(request, scope, ct);
        if (refusal is not null)
        {
            await SendAsync(response, refusal, ct);
        }
        else
        {
            try
            {
                await foreach (var result in KeptAlive.Of(stream!, options, ct))
                {
                    await (result is null ? response.Body.WriteAsync(Alive, ct).AsTask() : SendAsync(response, result, ct));
                    await response.Body.FlushAsync(ct);
                }
            }
            catch (OperationCanceledException)
            {
                // Cut off, and not complete: the client sees its connection end and may come back.
                context.Abort();
                return;
            }
        }

        await response.Body.WriteAsync(Complete, ct);
    }

    private static async Task SendAsync(HttpResponse response, ExecutionResult result, CancellationToken ct)
    {
        using var line = new MemoryStream();
        line.Write(Next);
        // JSON is written without line ends, so it is one line of data.
        line.Write(result.ToJson());
        line.Write(End);
        await response.Body.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), ct);
    }
}

/// <summary>A stream that says null when nothing came for a while.</summary>
internal static class KeptAlive
{
    public static async IAsyncEnumerable<ExecutionResult?> Of(
        IAsyncEnumerable<ExecutionResult> stream, GraphQLHttpOptions options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var answers = stream.GetAsyncEnumerator(ending.Token);
        using var timer = new PeriodicTimer(options.KeepAlive, options.Time);
        // The stream ends by its token; the timer when it is disposed of.
        var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        var next = Task.FromResult(false);
        try
        {
            while (true)
            {
                next = answers.MoveNextAsync().AsTask();
                while (await Task.WhenAny(next, tick) == tick)
                {
                    yield return null;
                    tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
                }

                if (!await next)
                {
                    yield break;
                }

                yield return answers.Current;
            }
        }
        finally
        {
            // A stream may not be left while it is asked.
            await ending.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
