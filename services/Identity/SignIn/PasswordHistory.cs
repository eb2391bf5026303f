using Microsoft.EntityFrameworkCore;
using Platform.Identity.Policies;
using Platform.Identity.Storage;
using Platform.Identity.Users;

namespace Platform.Identity.SignIn;

/// <summary>A password that a user had before.</summary>
internal sealed class FormerPassword : TenantRow
{
    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    public string Hash { get; set; } = "";
}

/// <summary>Sets passwords by the tenant's policy; the last ones do not come back.</summary>
internal sealed class SetPassword(PasswordGate gate, TimeProvider clock)
{
    /// <summary>Every fault of a wanted password at once; none when it is good.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(IdentityDb db, User user, string? wanted, CancellationToken ct)
    {
        var policy = await db.ReadPolicyAsync(ct);
        var faults = PasswordPolicy.Check(wanted, user.UserName, policy.PasswordMinLength, policy.PasswordMaxLength);
        if (faults.Count > 0)
        {
            return faults;
        }

        var former = await db.FormerPasswords.Where(p => p.UserId == user.Id).OrderByDescending(p => p.Id).Take(policy.PasswordHistory - 1).Select(p => p.Hash).ToListAsync(ct);
        foreach (var hash in user.PasswordHash is { } current ? [current, .. former] : former)
        {
            if (await gate.MatchesAsync(hash, wanted!, ct))
            {
                return [$"must differ from the last {policy.PasswordHistory} passwords"];
            }
        }

        return [];
    }

    public Task<string> HashAsync(User user, string password, CancellationToken ct) => gate.HashAsync(user, password, ct);

    /// <summary>Gives a tracked user a new password, and keeps the hash of the old one.</summary>
    public void Apply(IdentityDb db, User user, string hash)
    {
        var now = clock.GetUtcNow();
        if (user.PasswordHash is { } former)
        {
            db.FormerPasswords.Add(new FormerPassword { Id = Guid.CreateVersion7(now), TenantId = user.TenantId, UserId = user.Id, Hash = former });
        }

        user.PasswordHash = hash;
        user.PasswordChangedAt = now;
        user.MustChangePassword = false;
        user.SecurityStamp = Guid.NewGuid().ToString("N");
    }
}
