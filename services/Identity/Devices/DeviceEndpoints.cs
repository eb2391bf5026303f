using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Audit;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Devices;

/// <summary>The devices that a user signed in from.</summary>
internal static class DeviceEndpoints
{
    private static readonly Sorts<Device> Sorts = Sorts<Device>.By(d => d.Id).Add("last_seen_at", d => d.LastSeenAt).Default("last_seen_at", descending: true);

    public static void MapDevices(this IEndpointRouteBuilder routes)
    {
        var devices = routes.MapGroup("/auth/devices").WithTags("auth");
        devices.MapGet("/", ListAsync).ForSignedIn().WithSummary("The caller's devices");
        devices.MapPost("/{id:guid}/trust", TrustAsync).ForSignedIn().WithSummary("Trust a device of the caller");
        devices.MapDelete("/{id:guid}", DeleteAsync).ForSignedIn().WithSummary("Forget a device of the caller");
    }

    /// <summary>Last used first; <c>current</c> marks the one of this session.</summary>
    private static async Task<PageResult<DeviceView>> ListAsync(PageRequest page, CallContext call, IdentityDb db, CancellationToken ct)
    {
        var (user, session) = (call.UserId(), call.SessionId);
        var current = await db.Sessions.Where(s => s.Id == session).Select(s => s.DeviceId).SingleOrDefaultAsync(ct);
        var devices = await db.Devices.AsNoTracking().Where(d => d.UserId == user).ToPageAsync(page, Sorts, ct);
        return devices.Select(d => DeviceView.From(d, current)).ToResult();
    }

    /// <summary>When others' guesses lock the account, it stays open for the devices that its user trusts.</summary>
    private static async Task<Results<Ok<DeviceView>, FaultResult>> TrustAsync(
        Guid id, CallContext call, IdentityDb db, AuditTrail audit, ClientOrigin origin, TimeProvider clock, CancellationToken ct)
    {
        var user = call.UserId();
        if (await db.Devices.SingleOrDefaultAsync(d => d.Id == id && d.UserId == user, ct) is not { } device)
        {
            return Faults.NotFound("device");
        }

        device.TrustedAt ??= clock.GetUtcNow();
        audit.Record(db, call.TenantId, AuditActions.DeviceTrusted, $"device/{id}", Outcomes.Success, call.Subject, origin.Address);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(DeviceView.From(device, null));
    }

    /// <summary>The next sign-in from it is one from a new device. Its sessions go on; end them by themselves.</summary>
    private static async Task<NoContent> DeleteAsync(Guid id, CallContext call, IdentityDb db, AuditTrail audit, ClientOrigin origin, CancellationToken ct)
    {
        var user = call.UserId();
        if (await db.Devices.SingleOrDefaultAsync(d => d.Id == id && d.UserId == user, ct) is { } device)
        {
            db.Devices.Remove(device);
            audit.Record(db, call.TenantId, AuditActions.DeviceForgotten, $"device/{id}", Outcomes.Success, call.Subject, origin.Address);
            await db.SaveChangesAsync(ct);
        }

        return TypedResults.NoContent();
    }
}

/// <summary>A device of the caller.</summary>
/// <param name="DeviceId">Its id.</param>
/// <param name="Name">What the client calls it.</param>
/// <param name="UserAgent">What it said at its last sign-in.</param>
/// <param name="Address">From where it signed in last.</param>
/// <param name="Trusted">Whether the caller trusts it.</param>
/// <param name="FirstSeenAt">Its first sign-in.</param>
/// <param name="LastSeenAt">Its last.</param>
/// <param name="Current">Whether it is the one of this session.</param>
internal sealed record DeviceView(
    Guid DeviceId, string? Name, string? UserAgent, string Address, bool Trusted, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt, bool Current)
{
    internal static DeviceView From(Device d, Guid? current) =>
        new(d.Id, d.Name, d.UserAgent, d.Address, d.TrustedAt is not null, d.CreatedAt, d.LastSeenAt, d.Id == current);
}
