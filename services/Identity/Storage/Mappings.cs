using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Identity.Audit;
using Platform.Identity.Clients;
using Platform.Identity.Keys;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Tenants;
using Platform.Identity.Tokens;
using Platform.Identity.Users;

namespace Platform.Identity.Storage;

internal sealed class TenantMapping : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.ToTable("tenants");
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Status).HasConversion<string>().HasMaxLength(16);
        builder.Property(t => t.NamedAt).HasDefaultValueSql("'-infinity'");
        builder.Property(t => t.StatusAt).HasDefaultValueSql("'-infinity'");
        builder.HasIndex(t => t.Slug).IsUnique().HasFilter("status <> 'Deleted'");
    }
}

internal sealed class UserMapping : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("users");
        builder.Property(u => u.Id).ValueGeneratedNever();
        builder.Property(u => u.UserName).HasMaxLength(EmailAddress.MaxLength).IsRequired();
        builder.Property(u => u.NormalizedUserName).HasMaxLength(EmailAddress.MaxLength).IsRequired();
        builder.Property(u => u.Role).HasMaxLength(64);
        builder.Ignore(u => u.EffectiveClearance);
        builder.Ignore(u => u.Permissions);
        // A deleted user's address is free again.
        builder.HasIndex(u => new { u.TenantId, u.NormalizedUserName }).IsUnique().HasFilter("deleted_at IS NULL");
        builder.HasIndex(u => new { u.TenantId, u.CreatedAt, u.Id });
    }
}

internal sealed class SessionMapping : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions");
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Ignore(s => s.Lifetime);
        builder.HasIndex(s => new { s.TenantId, s.UserId });
        builder.HasIndex(s => s.ExpiresAt);
    }
}

internal sealed class RefreshTokenMapping : IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<RefreshToken> builder)
    {
        builder.ToTable("refresh_tokens");
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.HasIndex(t => t.FamilyId);
        builder.HasIndex(t => t.SessionId);
        builder.HasIndex(t => t.ExpiresAt);
    }
}

internal sealed class LoginAttemptsMapping : IEntityTypeConfiguration<LoginAttempts>
{
    public void Configure(EntityTypeBuilder<LoginAttempts> builder)
    {
        builder.ToTable("login_attempts");
        builder.HasKey(a => new { a.TenantId, a.Account, a.Address, a.Kind });
        builder.HasIndex(a => a.LastAt);
    }
}

internal sealed class ClientMapping : IEntityTypeConfiguration<Client>
{
    public void Configure(EntityTypeBuilder<Client> builder)
    {
        builder.ToTable("clients");
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.Property(c => c.ChangedAt).HasDefaultValueSql("'-infinity'");
        builder.Ignore(c => c.ReadAt);
        builder.Ignore(c => c.Held);
        builder.HasIndex(c => new { c.TenantId, c.ClientId }).IsUnique();
    }
}

internal sealed class AuditMapping : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("audit_log");
        builder.HasKey(a => new { a.At, a.Id });
        builder.Property(a => a.Details).HasColumnType("jsonb");
        builder.Property(a => a.Count).HasDefaultValue(1).ValueGeneratedNever();
        builder.HasIndex(a => new { a.TenantId, a.At, a.Id });
        builder.HasIndex(a => new { a.TenantId, a.Seq });
        builder.HasIndex(a => new { a.TenantId, a.ActorId, a.At });
        builder.HasIndex(a => new { a.TenantId, a.At }).HasFilter("seq IS NULL").HasDatabaseName("ix_audit_log_waiting");
    }
}

internal sealed class SigningKeyMapping : IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.ToTable("signing_keys");
        builder.HasKey(k => k.KeyId);
    }
}
