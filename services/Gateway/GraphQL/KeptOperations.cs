using System.Diagnostics;
using System.Globalization;
using Platform.Gateway.Caching;
using Platform.Gateway.Pipeline;
using Platform.GraphQL;
using Platform.GraphQL.Http;
using CacheFigures = Platform.ServiceDefaults.CacheFigures;

namespace Platform.Gateway.GraphQL;

/// <summary>
/// Answers of queries, kept as long as <c>@cacheControl</c> of their fields allows: for the same operation of callers of the
/// same tenant, clearance and permissions, and for one caller alone where a field is private. What is kept is threat
/// intelligence and its figures, so that it goes with a change of either.
/// </summary>
internal sealed class KeptOperations(AnswerStore store, CacheFigures figures, TimeProvider clock)
{
    private static readonly string ServiceTag = CacheTags.Service(Upstreams.IndexOf(Upstreams.ThreatIntel));
    private static readonly string[] Tags = [CacheTags.ThreatIntel, CacheTags.Infrastructure];

    private readonly CacheFigures.Counts _figures = figures.Of("operations");

    public KeptAnswers Answers => new() { Find = FindAsync, Store = StoreAsync };

    private async ValueTask<ReadOnlyMemory<byte>?> FindAsync(HttpContext context, AdmittedRequest operation, CancellationToken ct)
    {
        var caller = GatewayRequest.Of(context).Credential!;
        if (!store.IsOpen || context.Request.Headers.CacheControl.ToString().Contains("no-", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var (tenant, key) = (caller.Caller.TenantId, CacheKeys.Of(operation.Fingerprint, operation.Cache.IsPrivate, caller));
        var kept = store.InMemory(tenant, ServiceTag, key) ?? await store.InRedisAsync(tenant, ServiceTag, key, ct);
        if (kept is null)
        {
            _figures.Miss();
            context.Response.Headers[ResponseCaching.Header] = "MISS";
            return null;
        }

        _figures.Hit();
        context.Response.Headers[ResponseCaching.Header] = "HIT";
        context.Response.Headers.Age = Math.Max(0, (int)(clock.GetUtcNow() - kept.AskedAt).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return kept.Content;
    }

    private ValueTask StoreAsync(HttpContext context, AdmittedRequest operation, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        var request = GatewayRequest.Of(context);
        if (store.IsOpen && body.Length <= TeeStream.Largest)
        {
            // What has changed since the request came may not be in its answer.
            var asked = clock.GetUtcNow() - Stopwatch.GetElapsedTime(request.Started);
            var directives = new CacheDirectives(TimeSpan.FromSeconds(operation.Cache.MaxAge), TimeSpan.Zero, Tags);
            store.Add(
                request.Credential!.Caller.TenantId,
                CacheKeys.Of(operation.Fingerprint, operation.Cache.IsPrivate, request.Credential),
                CachedAnswer.Of(new HeaderDictionary(), body, context.TraceIdentifier, asked, directives));
        }

        return default;
    }
}
