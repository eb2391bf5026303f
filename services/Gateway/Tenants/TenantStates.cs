using System.Collections.Concurrent;
using System.Net;
using Platform.Gateway.Protection;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tenants;

/// <summary>
/// Status and limits of tenants, asked of Tenancy once and then every minute; events make the gateway ask at once.
/// </summary>
internal sealed partial class TenantStates(InternalApi api, CacheFigures figures, TimeProvider clock, ILogger<TenantStates> log)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<Guid, TenantEntry> _tenants = new();
    private readonly CacheFigures.Counts _figures = figures.Of("tenants");

    /// <summary>The entry of a tenant named by a verified credential.</summary>
    public TenantEntry Entry(Guid tenant) => _tenants.GetOrAdd(tenant, static id => new TenantEntry(id));

    /// <summary>Makes the next request of the tenant ask Tenancy.</summary>
    public void Forget(Guid tenant)
    {
        if (_tenants.TryGetValue(tenant, out var entry))
        {
            entry.State = null;
        }
    }

    /// <summary>Makes every tenant's next request ask Tenancy.</summary>
    public void ForgetAll()
    {
        foreach (var entry in _tenants.Values)
        {
            entry.State = null;
        }
    }

    /// <summary>The state, not older than <paramref name="maxAge"/>; null when Tenancy cannot be asked and nothing current is known.</summary>
    public ValueTask<TenantState?> GetAsync(TenantEntry entry, TimeSpan? maxAge, CancellationToken ct)
    {
        var state = entry.State;
        if (state is not null && clock.GetUtcNow() - state.AskedAt < (maxAge ?? Fresh))
        {
            _figures.Hit();
            return ValueTask.FromResult<TenantState?>(state);
        }

        _figures.Miss();
        return AskAsync(entry, maxAge ?? Fresh, ct);
    }

    private async ValueTask<TenantState?> AskAsync(TenantEntry entry, TimeSpan maxAge, CancellationToken ct)
    {
        await entry.Asking.WaitAsync(ct);
        try
        {
            if (entry.State is { } state && clock.GetUtcNow() - state.AskedAt < maxAge)
            {
                return state;
            }

            using var response = await api.PostAsync(Upstreams.Tenancy, "/internal/tenants/resolve", new ResolveTenant(entry.Id), ct);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return entry.State = new TenantState(null, TenantLimits.Default, clock.GetUtcNow());
            }

            response.EnsureSuccessStatusCode();
            var answer = await response.Content.ReadFromJsonAsync<ResolvedTenant>(Json.Options, ct);
            return entry.State = new TenantState(answer!.Status, answer.Limits ?? TenantLimits.Default, clock.GetUtcNow(), answer.QuotaResetsAt, answer.RouteLimits, CountryRule.Of(answer.AllowedCountries, answer.DeniedCountries));
        }
        catch (Exception exception) when (exception is HttpRequestException or System.Text.Json.JsonException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            LogUnanswered(log, entry.Id, exception.Message);

            // With a living revocation feed an older answer still holds: a change would have been told.
            return maxAge >= Fresh ? entry.State : null;
        }
        finally
        {
            entry.Asking.Release();
        }
    }

    private sealed record ResolveTenant(Guid TenantId);

    private sealed record ResolvedTenant(Guid TenantId, string Status, TenantLimits? Limits, DateTimeOffset? QuotaResetsAt, List<RouteLimit>? RouteLimits,
        List<string>? AllowedCountries, List<string>? DeniedCountries);

    [LoggerMessage(LogLevel.Warning, "Tenancy did not tell the state of tenant {Tenant}: {Reason}")]
    private static partial void LogUnanswered(ILogger logger, Guid tenant, string reason);
}
