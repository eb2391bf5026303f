using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Backups;

/// <summary>Backups of the whole platform, for its administrators.</summary>
internal static class BackupEndpoints
{
    private static readonly Sorts<Backup> Order = Sorts<Backup>.By(b => b.Id).Add("created_at", b => b.CreatedAt).Default("created_at", descending: true);

    public static void MapBackups(this IEndpointRouteBuilder api)
    {
        var backups = api.MapGroup("/admin/backups").RequirePermission("manage:platform").WithTags("backups");
        backups.MapPost("", StartAsync).WithIdempotency().WithSummary("Back the whole platform up");
        backups.MapGet("", ListAsync).WithPaging().WithSummary("List backups");
        backups.MapGet("/{id:guid}", GetAsync).WithSummary("Read a backup and how far each service is");
        backups.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete a backup and its parts");
        backups.MapPost("/{id:guid}/restore", RestoreAsync).WithSummary("Put a backup in the place of what all stores hold");
        backups.MapGet("/{id:guid}/events", EventsAsync).Unwrapped().WithSummary("Follow a backup or its restore (SSE)");
    }

    private static async Task<Accepted<BackupView>> StartAsync(OptionalBody<NewBackup> body, RunBackups run, HttpContext http, CancellationToken ct)
    {
        var backup = await run.StartAsync(body.Value?.Note, ct);
        http.Response.SetETag(backup.Version);
        return TypedResults.Accepted($"{http.Request.Path.Value!.TrimEnd('/')}/{backup.Id}", BackupView.Of(backup, []));
    }

    private static async Task<PageResult<BackupView>> ListAsync(PageRequest page, TenancyDb db, BackupShelf shelf, CancellationToken ct)
    {
        await shelf.TakeUpAsync(ct);
        var found = await db.Backups.AsNoTracking().ToPageAsync(page, Order, ct);
        var parts = await shelf.PartsAsync(found.Items.Select(b => b.Id).ToList(), ct);
        return found.Select(b => BackupView.Of(b, parts)).ToResult();
    }

    private static async Task<Results<Ok<BackupView>, FaultResult>> GetAsync(Guid id, BackupShelf shelf, HttpResponse response, CancellationToken ct)
    {
        if (await shelf.FindAsync(id, ct) is not { } backup)
        {
            return Faults.NotFound("backup");
        }

        response.SetETag(backup.Version);
        return TypedResults.Ok(BackupView.Of(backup, await shelf.PartsAsync([id], ct)));
    }

    private static async Task<Results<NoContent, FaultResult>> DeleteAsync(Guid id, BackupShelf shelf, RunBackups run, HttpRequest request, CancellationToken ct)
    {
        if (await shelf.FindAsync(id, ct) is { } backup)
        {
            if (!request.IfMatch(backup.Version))
            {
                return Faults.PreconditionFailed();
            }

            await run.RemoveAsync(backup, ct);
        }

        return TypedResults.NoContent();
    }

    private static async Task<Results<Accepted<BackupView>, FaultResult>> RestoreAsync(
        Guid id, BackupShelf shelf, RunBackups run, HttpContext http, CancellationToken ct)
    {
        if (await shelf.FindAsync(id, ct) is not { } backup)
        {
            return Faults.NotFound("backup");
        }

        await run.RestoreAsync(backup, ct);
        http.Response.SetETag(backup.Version);
        return TypedResults.Accepted(http.Request.Path.Value!.TrimEnd('/')[..^"/restore".Length], BackupView.Of(backup, await shelf.PartsAsync([id], ct)));
    }

    private static async Task<Results<BackupEventStream, FaultResult>> EventsAsync(
        Guid id, BackupShelf shelf, IServiceScopeFactory scopes, CallContext call, TimeProvider clock, CancellationToken ct) =>
        await shelf.FindAsync(id, ct) is null
            ? Faults.NotFound("backup")
            : new BackupEventStream(clock, token => LookAsync(scopes, call.Caller, id, token));

    /// <summary>Each look is a scope of its own: a context remembers what it has read.</summary>
    private static async Task<(BackupView View, long Version)?> LookAsync(IServiceScopeFactory scopes, Caller caller, Guid id, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallContext>().Enter(caller);
        var shelf = scope.ServiceProvider.GetRequiredService<BackupShelf>();
        return await shelf.FindAsync(id, ct) is { } backup ? (BackupView.Of(backup, await shelf.PartsAsync([id], ct)), backup.Version) : null;
    }

    /// <summary>What the backup is made for.</summary>
    internal sealed record NewBackup(string? Note);

    internal sealed class NewBackupValidator : AbstractValidator<NewBackup>
    {
        public NewBackupValidator() => RuleFor(b => b.Note).MaximumLength(500).WithMessage("must be at most 500 characters");
    }
}
