using Platform.Identity.Storage;
using Platform.Identity.Tokens;

namespace Platform.Identity.SignIn;

/// <summary>A link that was mailed: to set a new password, or to accept an invitation. Good for one use.</summary>
internal sealed class AccountToken : TenantRow
{
    public Guid Id { get; set; }

    public Guid UserId { get; set; }

    public AccountTokenPurpose Purpose { get; set; }

    public byte[] Hash { get; set; } = [];

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal enum AccountTokenPurpose
{
    PasswordReset,
    Invitation,
}

/// <summary>Makes such links.</summary>
internal sealed class AccountTokens(OpaqueTokens opaque, TimeProvider clock)
{
    public static readonly TimeSpan ResetLives = TimeSpan.FromHours(1);
    public static readonly TimeSpan InvitationLives = TimeSpan.FromDays(7);

    private static readonly TokenKind Reset = new("pt_", "password-reset");
    private static readonly TokenKind Invitation = new("it_", "invitation");

    public static TimeSpan Lifetime(AccountTokenPurpose purpose) => purpose == AccountTokenPurpose.Invitation ? InvitationLives : ResetLives;

    /// <summary>A new token, saved with the caller's changes.</summary>
    public (AccountToken Row, string Token) Add(IdentityDb db, Guid tenantId, Guid userId, AccountTokenPurpose purpose)
    {
        var now = clock.GetUtcNow();
        var row = new AccountToken { Id = Guid.CreateVersion7(now), TenantId = tenantId, UserId = userId, Purpose = purpose, ExpiresAt = now + Lifetime(purpose) };
        (var token, row.Hash) = opaque.Create(KindOf(purpose), tenantId, row.Id);
        db.AccountTokens.Add(row);
        return (row, token);
    }

    public static OpaqueToken? Parse(AccountTokenPurpose purpose, string? token) => OpaqueTokens.Parse(KindOf(purpose), token);

    public bool Matches(OpaqueToken token, AccountToken row) => opaque.Matches(token, row.Hash);

    private static TokenKind KindOf(AccountTokenPurpose purpose) => purpose == AccountTokenPurpose.Invitation ? Invitation : Reset;
}
