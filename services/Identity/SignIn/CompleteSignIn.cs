using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Devices;
using Platform.Identity.Messages;
using Platform.Identity.Policies;
using Platform.Identity.Sessions;
using Platform.Identity.Storage;
using Platform.Identity.Users;

namespace Platform.Identity.SignIn;

/// <summary>What a sign-in is for; it waits with the challenge while a second factor is asked for.</summary>
/// <param name="Purpose"><c>api</c>, or what a browser is in the middle of; a challenge of one is no good for another.</param>
/// <param name="ClientId">The client.</param>
/// <param name="Remember">Whether the session is to be remembered.</param>
/// <param name="Scope">The scope that was asked for.</param>
/// <param name="DeviceName">What the client calls its device.</param>
internal sealed record Continuation(string Purpose = Continuation.Api, string ClientId = "", bool Remember = false, string? Scope = null, string? DeviceName = null)
{
    public const string Api = "api";
    public const string Browser = "browser";
}

/// <summary>Somebody whose password was right.</summary>
/// <param name="User">Who.</param>
/// <param name="Policy">The tenant's rules.</param>
/// <param name="Device">Their device, if it is known.</param>
/// <param name="Fingerprint">The device's fingerprint.</param>
/// <param name="DeviceName">What the client calls it.</param>
/// <param name="Origin">From where.</param>
/// <param name="Continuation">What the sign-in is for.</param>
internal sealed record Arrival(User User, TenantPolicy Policy, Device? Device, byte[] Fingerprint, string? DeviceName, ClientOrigin Origin, Continuation Continuation);

/// <summary>
/// The end of every sign-in: opens what it is for, remembers the device and tells of a new one, keeps to the number of
/// sessions. Inside the caller's transaction.
/// </summary>
internal sealed class CompleteSignIn(EndSession endSession, MessageQueue queue, AuditTrail audit, TimeProvider clock)
{
    private static readonly TimeSpan NoticeLives = TimeSpan.FromHours(12);

    public async Task<T> RunAsync<T>(IdentityDb db, Arrival arrival, string[] methods, Func<IdentityDb, Proven, T> open, CancellationToken ct)
        where T : class
    {
        var (user, now) = (arrival.User, clock.GetUtcNow());
        var device = await SeeDeviceAsync(db, arrival, now, ct);
        var opened = open(db, new Proven(user, methods, arrival.Policy, device, arrival.Continuation));
        audit.Record(
            db, user.TenantId, AuditActions.LoginSuccess, $"user/{user.Id}", Outcomes.Success, user.Id.ToString(), arrival.Origin.Address,
            ("username", user.UserName), ("methods", string.Join(' ', methods)));
        await db.SaveChangesAsync(ct);
        // Past the row's version: signing in twice at once is no conflict.
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.LastLoginAt, now), ct);
        await endSession.KeepToLimitAsync(db, user.Id, arrival.Policy.MaxSessions, ct);
        SignInMetrics.Count("success");
        return opened;
    }

    private async Task<Guid> SeeDeviceAsync(IdentityDb db, Arrival arrival, DateTimeOffset now, CancellationToken ct)
    {
        var (user, origin) = (arrival.User, arrival.Origin);
        if (arrival.Device is { } known)
        {
            await db.Devices.Where(d => d.Id == known.Id).ExecuteUpdateAsync(
                set => set.SetProperty(d => d.LastSeenAt, now).SetProperty(d => d.Address, origin.Address).SetProperty(d => d.UserAgent, origin.UserAgent), ct);
            return known.Id;
        }

        var isFirst = !await db.Devices.AnyAsync(d => d.UserId == user.Id, ct);
        var id = Guid.CreateVersion7(now);
        var added = await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO devices (id, tenant_id, user_id, fingerprint, name, user_agent, address, last_seen_at, created_at, updated_at, version)
            VALUES ({id}, {user.TenantId}, {user.Id}, {arrival.Fingerprint}, {arrival.DeviceName}, {origin.UserAgent}, {origin.Address}, {now}, {now}, {now}, 1)
            ON CONFLICT (tenant_id, user_id, fingerprint) DO NOTHING
            """, ct);
        if (added == 0)
        {
            return await db.Devices.Where(d => d.UserId == user.Id && d.Fingerprint == arrival.Fingerprint).Select(d => d.Id).SingleAsync(ct);
        }

        if (!isFirst)
        {
            db.Publish(new SecuritySignalRaised("new_device", user.Id.ToString(), origin.Address, now), user.Id.ToString());
            audit.Record(db, user.TenantId, AuditActions.NewDevice, $"device/{id}", Outcomes.Success, user.Id.ToString(), origin.Address);
            queue.Add(db, Letters.NewDevice(user.UserName!, origin.Address, now), NoticeLives);
        }

        return id;
    }
}
