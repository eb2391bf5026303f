using MassTransit;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts.Agent;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Usage;

/// <summary>Adds what the tenants' language models took to their usage, by hour and model.</summary>
internal sealed class ModelUsageRecordedConsumer(Inbox<TenancyDb> inbox, TimeProvider clock) : IConsumer<Batch<ModelUsageRecorded>>
{
    private const int LongestName = 200;

    public Task Consume(ConsumeContext<Batch<ModelUsageRecorded>> context) => inbox.ProcessAsync(context, "tenancy.model-usage-recorded", async (db, _, messages, ct) =>
    {
        foreach (var group in messages.GroupBy(m => (m.TenantId, Hour: HourOf(m.Event.At), Model: Name(m.Event.Model))))
        {
            var (calls, input, output, cost) = (group.Sum(m => m.Event.Calls), group.Sum(m => m.Event.InputTokens), group.Sum(m => m.Event.OutputTokens), group.Sum(m => m.Event.Cost));
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO model_usage (tenant_id, hour, model, calls, input_tokens, output_tokens, cost)
                VALUES ({group.Key.TenantId}, {group.Key.Hour}, {group.Key.Model}, {calls}, {input}, {output}, {cost})
                ON CONFLICT (tenant_id, hour, model) DO UPDATE SET calls = model_usage.calls + excluded.calls, input_tokens = model_usage.input_tokens + excluded.input_tokens,
                  output_tokens = model_usage.output_tokens + excluded.output_tokens, cost = model_usage.cost + excluded.cost
                """, ct);
        }
    });

    /// <summary>A clock that goes ahead does not fill a month that has not begun.</summary>
    private DateTimeOffset HourOf(DateTimeOffset at)
    {
        var now = clock.GetUtcNow();
        var utc = (at < now ? at : now).UtcDateTime;
        return new DateTimeOffset(utc.Year, utc.Month, utc.Day, utc.Hour, 0, 0, TimeSpan.Zero);
    }

    private static string Name(string model) => model.Length <= LongestName ? model : model[..LongestName];
}
