namespace Platform.Identity.Storage;

internal static class Transactions
{
    /// <summary>Does work in one transaction: the request's own where it has one (an idempotent POST), else a new one.</summary>
    public static async Task<T> InTransactionAsync<T>(this IdentityDb db, Func<Task<T>> work, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is not null)
        {
            return await work();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var result = await work();
        await transaction.CommitAsync(ct);
        return result;
    }
}
