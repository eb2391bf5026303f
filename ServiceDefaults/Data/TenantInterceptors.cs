using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Platform.ServiceDefaults;

/// <summary>
/// Gives every statement of a DbContext the tenant of its scope. Inside a transaction the setting is made once, when
/// it starts; a lone query carries it in its own batch, so that it costs no round trip.
/// </summary>
internal sealed class TenantCommandInterceptor(CallContext call) : DbCommandInterceptor
{
    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Prefix(command);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Prefix(command);
        return ValueTask.FromResult(result);
    }

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        if (IsPrefixed(command))
        {
            result.NextResult();
        }

        return result;
    }

    public override async ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        if (IsPrefixed(command))
        {
            await result.NextResultAsync(cancellationToken);
        }

        return result;
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Prefix(command);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Prefix(command);
        return ValueTask.FromResult(result);
    }

    private void Prefix(DbCommand command)
    {
        if (command.Transaction is null && call.TenantIdOrNull is { } tenant && !IsPrefixed(command))
        {
            command.CommandText = TenantSetting.Statement(tenant) + ";" + command.CommandText;
        }
    }

    private static bool IsPrefixed(DbCommand command) => command.CommandText.StartsWith(TenantSetting.Start, StringComparison.Ordinal);
}

/// <summary>Sets the tenant at the start of every transaction.</summary>
internal sealed class TenantTransactionInterceptor(CallContext call) : DbTransactionInterceptor
{
    public override DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        if (call.TenantIdOrNull is { } tenant)
        {
            using var command = TenantSetting.Command(connection, result, tenant);
            command.ExecuteNonQuery();
        }

        return result;
    }

    public override async ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        if (call.TenantIdOrNull is { } tenant)
        {
            await using var command = TenantSetting.Command(connection, result, tenant);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return result;
    }
}

/// <summary>The setting that the policies of every table read.</summary>
internal static class TenantSetting
{
    public const string Name = "app.tenant_id";
    public const string Start = "SELECT set_config('app.tenant_id','";

    /// <summary>A GUID prints as hexadecimal digits and hyphens only, so it can stand in the text.</summary>
    public static string Statement(Guid tenant) => Start + tenant.ToString("D") + "',true)";

    public static DbCommand Command(DbConnection connection, DbTransaction transaction, Guid tenant)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The statement is a constant and a GUID.
        command.CommandText = Statement(tenant);
#pragma warning restore CA2100
        return command;
    }
}
