using Microsoft.EntityFrameworkCore;
using Platform.Agent.Storage;
using Platform.Contracts.Agent;
using Platform.ServiceDefaults;

namespace Platform.Agent.Models;

/// <summary>What a model took in a month.</summary>
/// <param name="Model">The model.</param>
/// <param name="Calls">How often it was asked.</param>
/// <param name="InputTokens">What it read.</param>
/// <param name="OutputTokens">What it wrote.</param>
/// <param name="Cost">By the provider's prices at the time.</param>
internal sealed record ModelMonth(string Model, long Calls, long InputTokens, long OutputTokens, decimal Cost);

/// <summary>Counts what models take, by tenant, day and model.</summary>
internal sealed class ModelMeter(AgentDb db, CallContext call, TimeProvider clock)
{
    private const decimal Million = 1_000_000m;

    /// <summary>Adds one step; in one statement, so that answers at the same time lose nothing. Tenancy hears of it with the same commit.</summary>
    public async Task AddAsync(Provider provider, ModelReply reply, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        var cost = ((reply.InputTokens * provider.InputPrice) + (reply.OutputTokens * provider.OutputPrice)) / Million;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO model_usage (tenant_id, day, model, calls, input_tokens, output_tokens, cost)
            VALUES ({call.TenantId}, {day}, {provider.Model}, 1, {reply.InputTokens}, {reply.OutputTokens}, {cost})
            ON CONFLICT (tenant_id, day, model) DO UPDATE SET calls = model_usage.calls + 1, input_tokens = model_usage.input_tokens + excluded.input_tokens,
              output_tokens = model_usage.output_tokens + excluded.output_tokens, cost = model_usage.cost + excluded.cost
            """, ct);
        db.Publish(new ModelUsageRecorded(call.TenantId, provider.Model, 1, reply.InputTokens, reply.OutputTokens, cost, now));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Whether the month's tokens are used up: those that the tenant set for itself, or those that it was given.</summary>
    public async Task<bool> IsUsedUpAsync(Provider provider, CancellationToken ct)
    {
        var given = await db.TenantLimits.AsNoTracking().Select(l => l.ModelTokensPerMonth).FirstOrDefaultAsync(ct);
        return (provider.MonthlyTokens ?? long.MaxValue) is var own && Math.Min(own, given ?? long.MaxValue) is < long.MaxValue and var most
            && await Month().SumAsync(u => u.InputTokens + u.OutputTokens, ct) >= most;
    }

    public async Task<IReadOnlyList<ModelMonth>> ThisMonthAsync(CancellationToken ct) => await Month()
        .GroupBy(u => u.Model)
        .Select(g => new ModelMonth(g.Key, g.Sum(u => u.Calls), g.Sum(u => u.InputTokens), g.Sum(u => u.OutputTokens), g.Sum(u => u.Cost)))
        .ToListAsync(ct);

    private IQueryable<ModelUsage> Month()
    {
        var now = clock.GetUtcNow();
        var first = new DateOnly(now.Year, now.Month, 1);
        return db.ModelUsage.AsNoTracking().Where(u => u.Day >= first);
    }
}
