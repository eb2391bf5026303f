using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Platform.ServiceDefaults;

/// <summary>First answers in the service's database: kept in the transaction of the work.</summary>
internal sealed class DatabaseIdempotency(PlatformDbContext db, CallContext call, TimeProvider clock) : IIdempotency
{
    public async Task HandleAsync(HttpContext context, RequestDelegate next, IdempotentRequest request, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await TryLockAsync(request.Key, ct))
        {
            throw FirstAnswers.AtWork();
        }

        var known = await db.IdempotencyKeys.SingleOrDefaultAsync(k => k.TenantId == call.TenantId && k.Caller == call.Subject && k.Key == request.Key, ct);
        if (known is not null && known.CreatedAt > clock.GetUtcNow() - FirstAnswers.Kept)
        {
            await FirstAnswers.ReplayAsync(context, known, request);
            return;
        }

        var body = await FirstAnswers.CaptureAsync(context, next);
        if (context.Response.StatusCode < 500)
        {
            var row = known ?? db.IdempotencyKeys.Add(new IdempotencyKey { TenantId = call.TenantId, Caller = call.Subject, Key = request.Key }).Entity;
            row.Take(context, request, body, clock.GetUtcNow());
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }

        await context.Response.Body.WriteAsync(body, ct);
    }

    /// <summary>One request of a key at a time; the lock ends with the transaction.</summary>
    private async Task<bool> TryLockAsync(string key, CancellationToken ct)
    {
        var name = $"{call.TenantId:N}:{call.Subject}:{key}";
        return (await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock(hashtextextended({name}, 7160220)) AS \"Value\"").ToListAsync(ct))[0];
    }
}
