using System.Collections.Concurrent;
using Platform.Gateway.Pipeline;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Caching;

/// <summary>
/// Answers reads from what was answered before, where their service allows it; after the caller was let in, and for
/// everybody in the same place only. One request asks the service while others like it wait for its answer; a stale answer
/// is sent at once and renewed behind it.
/// </summary>
internal sealed class ResponseCaching(
    RequestDelegate next, AnswerStore store, CachePurges purges, InnerCalls calls, CacheFigures figures, TimeProvider clock)
{
    public const string Header = "X-Cache";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<CachedAnswer?>> _asking = new(StringComparer.Ordinal);
    private readonly BoundedCache<string, bool> _notKept = new(10_000);
    private readonly CacheFigures.Counts _figures = figures.Of("responses");

    public Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        if (!request.Rules.Cached || request.Credential!.Tenant is not { } tenant)
        {
            return next(context);
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            return HttpMethods.IsHead(context.Request.Method) ? next(context) : ChangeAsync(context, tenant.Id, CacheTags.ChangedBy(context.Request.Method, context.Request.Path.Value ?? "", request.Rules.Service));
        }

        return store.IsOpen && IsOrdinary(context.Request) ? AnswerAsync(context, request, tenant.Id) : next(context);
    }

    /// <summary>The caller sees what they changed, whatever the change was and however it ended.</summary>
    private async Task ChangeAsync(HttpContext context, Guid tenant, string[] tags)
    {
        try
        {
            await next(context);
        }
        finally
        {
            foreach (var tag in tags)
            {
                purges.Purge(tenant, tag);
            }
        }
    }

    private async Task AnswerAsync(HttpContext context, GatewayRequest request, Guid tenant)
    {
        var key = CacheKeys.Of(context.Request, request.Credential!, request.Rules);
        var tag = CacheTags.Service(request.Rules.Service);
        var wantsNew = context.Request.Headers.CacheControl.ToString().Contains("no-cache", StringComparison.OrdinalIgnoreCase);
        if (!wantsNew && store.InMemory(tenant, tag, key) is { } known)
        {
            await SendAsync(context, tenant, key, known);
            return;
        }

        _figures.Miss();
        if (_notKept.TryGet(key, out _))
        {
            await AskAsync(context, tenant, key, null);
            return;
        }

        var mine = new TaskCompletionSource<CachedAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = _asking.GetOrAdd(key, mine);
        if (ReferenceEquals(asking, mine))
        {
            await LeadAsync(context, tenant, tag, key, mine, wantsNew);
            return;
        }

        if (await WaitAsync(asking.Task, context.RequestAborted) is { } answer)
        {
            context.Response.Headers[Header] = "HIT";
            await answer.WriteAsync(context);
            return;
        }

        await AskAsync(context, tenant, key, null);
    }

    private async Task LeadAsync(HttpContext context, Guid tenant, string tag, string key, TaskCompletionSource<CachedAnswer?> asking, bool wantsNew)
    {
        try
        {
            if (!wantsNew && await store.InRedisAsync(tenant, tag, key, context.RequestAborted) is { } elsewhere)
            {
                asking.TrySetResult(elsewhere);
                await SendAsync(context, tenant, key, elsewhere);
                return;
            }

            await AskAsync(context, tenant, key, asking);
        }
        finally
        {
            _asking.TryRemove(new KeyValuePair<string, TaskCompletionSource<CachedAnswer?>>(key, asking));
            asking.TrySetResult(null);
        }
    }

    private Task SendAsync(HttpContext context, Guid tenant, string key, CachedAnswer answer)
    {
        _figures.Hit();
        var fresh = answer.IsFresh(clock.GetUtcNow());
        context.Response.Headers[Header] = fresh ? "HIT" : "STALE";
        if (!fresh)
        {
            Renew(context, tenant, key);
        }

        return answer.WriteAsync(context);
    }

    /// <summary>Asks the service, and keeps its answer on its way to the client.</summary>
    private async Task AskAsync(HttpContext context, Guid tenant, string key, TaskCompletionSource<CachedAnswer?>? asking)
    {
        context.Response.Headers[Header] = "MISS";
        var askedAt = clock.GetUtcNow();
        var plain = context.Response.Body;
        var tee = new TeeStream(plain, context.Response);
        context.Response.Body = tee;
        try
        {
            await next(context);
            tee.Begin();
        }
        finally
        {
            context.Response.Body = plain;
        }

        // An answer that was cut off is not kept: its length is known, or the client was told by its connection.
        if (tee.Directives is { } directives && !context.RequestAborted.IsCancellationRequested && context.Response.StatusCode == StatusCodes.Status200OK
            && (context.Response.ContentLength is not { } length || length == tee.Copy.Length)
            && context.Features.Get<Yarp.ReverseProxy.Forwarder.IForwarderErrorFeature>() is null)
        {
            var answer = CachedAnswer.Of(context.Response.Headers, tee.Copy, context.TraceIdentifier, askedAt, directives);
            store.Add(tenant, key, answer);
            _notKept.Remove(key);
            asking?.TrySetResult(answer);
        }
        else
        {
            _notKept.Set(key, true);
        }
    }

    /// <summary>Once at a time, under the same credential; counted against nobody.</summary>
    private void Renew(HttpContext context, Guid tenant, string key)
    {
        var mine = new TaskCompletionSource<CachedAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_asking.TryAdd(key, mine))
        {
            return;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in CacheDirectives.KeyHeaders)
        {
            if (context.Request.Headers[name] is { Count: > 0 } value)
            {
                headers[name] = value.ToString();
            }
        }

        var request = new InnerRequest("GET", context.Request.Path.ToUriComponent() + context.Request.QueryString.Value, headers, default);
        // Everything that is needed of the outer request is taken over before the first wait.
        _ = RenewAsync(calls.RepeatAsync(context, request, next, new AnswerRoom(TeeStream.Largest), Patience), tenant, key, mine, clock.GetUtcNow());
    }

    private async Task RenewAsync(
        Task<(InnerResponse Response, string Id)> repeated, Guid tenant, string key, TaskCompletionSource<CachedAnswer?> asking, DateTimeOffset askedAt)
    {
        try
        {
            var (response, id) = await repeated;
            if (!response.Overflowed && CacheDirectives.Of(response.StatusCode, response.Headers) is { } directives)
            {
                var answer = CachedAnswer.Of(response.Headers, response.Content, id, askedAt, directives);
                store.Add(tenant, key, answer);
                asking.TrySetResult(answer);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            // The stale answer has its end; until then the next reader tries again.
        }
        finally
        {
            _asking.TryRemove(new KeyValuePair<string, TaskCompletionSource<CachedAnswer?>>(key, asking));
            asking.TrySetResult(null);
        }
    }

    private static async Task<CachedAnswer?> WaitAsync(Task<CachedAnswer?> asking, CancellationToken ct)
    {
        try
        {
            return await asking.WaitAsync(Patience, ct);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Without conditions that only the service can judge.</summary>
    private static bool IsOrdinary(HttpRequest request)
    {
        var headers = request.Headers;
        return headers.Range.Count == 0 && headers.IfMatch.Count == 0 && headers.IfModifiedSince.Count == 0
            && !headers.CacheControl.ToString().Contains("no-store", StringComparison.OrdinalIgnoreCase);
    }
}
