using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Identity.Clients;
using Platform.Identity.Devices;
using Platform.Identity.Messages;
using Platform.Identity.Mfa;
using Platform.Identity.Policies;
using Platform.Identity.Roles;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;

namespace Platform.Identity.Storage;

internal sealed class CustomRoleMapping : IEntityTypeConfiguration<CustomRole>
{
    public void Configure(EntityTypeBuilder<CustomRole> builder)
    {
        builder.ToTable("roles");
        builder.HasKey(r => new { r.TenantId, r.Name });
    }
}

internal sealed class PolicyMapping : IEntityTypeConfiguration<PolicyRow>
{
    public void Configure(EntityTypeBuilder<PolicyRow> builder)
    {
        builder.ToTable("policies");
        builder.HasKey(p => p.TenantId);
        builder.Property(p => p.TenantId).ValueGeneratedNever();
        builder.Property(p => p.Document).HasColumnType("jsonb");
    }
}

internal sealed class MfaMethodMapping : IEntityTypeConfiguration<MfaMethod>
{
    public void Configure(EntityTypeBuilder<MfaMethod> builder)
    {
        builder.ToTable("mfa_methods");
        builder.Property(m => m.Id).ValueGeneratedNever();
        builder.HasIndex(m => new { m.TenantId, m.UserId });
    }
}

internal sealed class RecoveryCodeMapping : IEntityTypeConfiguration<RecoveryCode>
{
    public void Configure(EntityTypeBuilder<RecoveryCode> builder)
    {
        builder.ToTable("recovery_codes");
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.HasIndex(c => new { c.TenantId, c.UserId });
    }
}

internal sealed class MfaChallengeMapping : IEntityTypeConfiguration<MfaChallenge>
{
    public void Configure(EntityTypeBuilder<MfaChallenge> builder)
    {
        builder.ToTable("mfa_challenges");
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.Property(c => c.Continuation).HasColumnType("jsonb");
        builder.HasIndex(c => c.ExpiresAt);
    }
}

internal sealed class DeviceMapping : IEntityTypeConfiguration<Device>
{
    public void Configure(EntityTypeBuilder<Device> builder)
    {
        builder.ToTable("devices");
        builder.Property(d => d.Id).ValueGeneratedNever();
        builder.HasIndex(d => new { d.TenantId, d.UserId, d.Fingerprint }).IsUnique();
    }
}

internal sealed class FormerPasswordMapping : IEntityTypeConfiguration<FormerPassword>
{
    public void Configure(EntityTypeBuilder<FormerPassword> builder)
    {
        builder.ToTable("former_passwords");
        builder.Property(p => p.Id).ValueGeneratedNever();
        builder.HasIndex(p => new { p.TenantId, p.UserId });
    }
}

internal sealed class AccountTokenMapping : IEntityTypeConfiguration<AccountToken>
{
    public void Configure(EntityTypeBuilder<AccountToken> builder)
    {
        builder.ToTable("account_tokens");
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.HasIndex(t => new { t.TenantId, t.UserId });
        builder.HasIndex(t => t.ExpiresAt);
    }
}

internal sealed class OutgoingMessageMapping : IEntityTypeConfiguration<OutgoingMessage>
{
    public void Configure(EntityTypeBuilder<OutgoingMessage> builder)
    {
        builder.ToTable("outgoing_messages");
        builder.Property(m => m.Id).ValueGeneratedNever();
        builder.HasIndex(m => m.NextAttemptAt);
    }
}

internal sealed class ActingSessionMapping : IEntityTypeConfiguration<ActingSession>
{
    public void Configure(EntityTypeBuilder<ActingSession> builder)
    {
        builder.ToTable("acting_sessions");
        builder.HasKey(a => a.SessionId);
        builder.Property(a => a.SessionId).ValueGeneratedNever();
        builder.HasIndex(a => new { a.TenantId, a.HomeSessionId });
        builder.HasIndex(a => a.ExpiresAt);
    }
}

internal sealed class ClientUsageMapping : IEntityTypeConfiguration<ClientUsage>
{
    public void Configure(EntityTypeBuilder<ClientUsage> builder)
    {
        builder.ToTable("client_usage");
        builder.HasKey(u => new { u.TenantId, u.ClientId, u.Day });
    }
}
