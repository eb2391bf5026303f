using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Identity.Authorization;
using Platform.Identity.Browser;
using Platform.Identity.DeviceFlow;
using Platform.Identity.Dpop;

namespace Platform.Identity.Storage;

internal sealed class BrowserSessionMapping : IEntityTypeConfiguration<BrowserSession>
{
    public void Configure(EntityTypeBuilder<BrowserSession> builder)
    {
        builder.ToTable("browser_sessions");
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.HasIndex(s => new { s.TenantId, s.UserId });
        builder.HasIndex(s => s.ExpiresAt);
    }
}

internal sealed class AuthorizationCodeMapping : IEntityTypeConfiguration<AuthorizationCode>
{
    public void Configure(EntityTypeBuilder<AuthorizationCode> builder)
    {
        builder.ToTable("authorization_codes");
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.HasIndex(c => c.ExpiresAt);
    }
}

internal sealed class PushedRequestMapping : IEntityTypeConfiguration<PushedRequest>
{
    public void Configure(EntityTypeBuilder<PushedRequest> builder)
    {
        builder.ToTable("pushed_requests");
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Parameters).HasColumnType("jsonb");
        builder.HasIndex(r => r.ExpiresAt);
    }
}

internal sealed class ConsentMapping : IEntityTypeConfiguration<Consent>
{
    public void Configure(EntityTypeBuilder<Consent> builder)
    {
        builder.ToTable("consents");
        builder.HasKey(c => new { c.TenantId, c.UserId, c.ClientId });
    }
}

internal sealed class DeviceAuthorizationMapping : IEntityTypeConfiguration<DeviceAuthorization>
{
    public void Configure(EntityTypeBuilder<DeviceAuthorization> builder)
    {
        builder.ToTable("device_authorizations");
        builder.Property(d => d.Id).ValueGeneratedNever();
        builder.HasIndex(d => new { d.TenantId, d.UserCodeHash }).IsUnique();
        builder.HasIndex(d => d.ExpiresAt);
    }
}

internal sealed class SeenProofMapping : IEntityTypeConfiguration<SeenProof>
{
    public void Configure(EntityTypeBuilder<SeenProof> builder)
    {
        builder.ToTable("seen_proofs");
        builder.HasKey(p => p.Hash);
        builder.HasIndex(p => p.ExpiresAt);
    }
}
