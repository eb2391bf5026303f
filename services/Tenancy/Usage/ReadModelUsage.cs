using Microsoft.EntityFrameworkCore;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Usage;

/// <summary>What one language model of the tenant took.</summary>
/// <param name="Model">Its name at its server.</param>
/// <param name="Calls">How often it was asked.</param>
/// <param name="InputTokens">What it read.</param>
/// <param name="OutputTokens">What it wrote.</param>
/// <param name="Cost">In the tenant's currency, by the prices it gave.</param>
internal sealed record ModelFigures(string Model, long Calls, long InputTokens, long OutputTokens, decimal Cost);

/// <summary>What the language models may take in a calendar month (UTC).</summary>
/// <param name="Quota">Tokens that they may take; absent where there is no end of them.</param>
/// <param name="Used">Tokens of this month, read and written.</param>
/// <param name="Remaining">What is left; absent where there is no end of them.</param>
/// <param name="Cost">What this month cost, in the tenant's currency.</param>
/// <param name="ResetsAt">When the next month begins.</param>
internal sealed record ModelQuota(long? Quota, long Used, long? Remaining, decimal Cost, DateTimeOffset ResetsAt);

/// <summary>Reads what the agent metered of the tenant's language models.</summary>
internal sealed class ReadModelUsage(TenancyDb db, TimeProvider clock)
{
    /// <summary>By model, the most tokens first.</summary>
    public async Task<IReadOnlyList<ModelFigures>> RunAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var models = await db.ModelUsage.AsNoTracking().Where(u => u.Hour >= from && u.Hour < to).GroupBy(u => u.Model)
            .Select(g => new ModelFigures(g.Key, g.Sum(u => u.Calls), g.Sum(u => u.InputTokens), g.Sum(u => u.OutputTokens), g.Sum(u => u.Cost)))
            .ToListAsync(ct);
        return [.. models.OrderByDescending(m => m.InputTokens + m.OutputTokens).ThenBy(m => m.Model, StringComparer.Ordinal)];
    }

    public async Task<ModelQuota> MonthAsync(CancellationToken ct)
    {
        var month = Quotas.MonthOf(clock.GetUtcNow());
        var models = await RunAsync(month, month.AddMonths(1), ct);
        var quota = await db.RateLimits.AsNoTracking().Select(r => r.ModelTokensPerMonth).FirstOrDefaultAsync(ct);
        var used = models.Sum(m => m.InputTokens + m.OutputTokens);
        return new ModelQuota(quota, used, quota is { } most ? Math.Max(0, most - used) : null, models.Sum(m => m.Cost), month.AddMonths(1));
    }
}
