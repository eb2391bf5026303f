using FluentValidation;
using Platform.Contracts;
using Platform.Identity.Audit;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Clients;

/// <summary>Asks for a client that gets tokens for itself (RFC 6749, section 4.4).</summary>
/// <param name="ClientName">Its name for people.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Permissions">What it may do; a subset of the creator's permissions.</param>
/// <param name="TlpClearance">What it may see; at most the creator's clearance. Green unless given.</param>
/// <param name="ExpiresAt">When it stops working.</param>
internal sealed record NewClient(
    string ClientName, string? Description, IReadOnlyList<string> Permissions, TlpLevel? TlpClearance, DateTimeOffset? ExpiresAt);

internal sealed class NewClientValidator : AbstractValidator<NewClient>
{
    private const int MaxPermissions = 64;

    public NewClientValidator(TimeProvider clock)
    {
        RuleFor(c => c.ClientName).NotEmpty().MaximumLength(200);
        RuleFor(c => c.Description).MaximumLength(2000);
        RuleFor(c => c.Permissions).NotEmpty().Must(p => p is null || p.Count <= MaxPermissions).WithMessage($"must be at most {MaxPermissions}");
        RuleForEach(c => c.Permissions).Must(p => p is not null && PermissionCatalog.Resolve(p) is not null).WithMessage("is not a permission");
        RuleFor(c => c.ExpiresAt).Must(at => at is null || at > clock.GetUtcNow()).WithMessage("must be in the future");
    }
}

/// <summary>Adds an integration client to the caller's tenant; its secret is shown by this answer and never again.</summary>
internal sealed class CreateClient(IdentityDb db, ClientSecrets secrets, AuditTrail audit)
{
    public async Task<(Client? Client, string Secret, Fault? Fault)> RunAsync(CallContext call, NewClient wanted, ClientOrigin origin, CancellationToken ct)
    {
        var permissions = wanted.Permissions.Select(p => PermissionCatalog.Resolve(p)!).Distinct().ToArray();
        var clearance = wanted.TlpClearance ?? TlpLevel.Green;
        if (!call.Permissions().Covers(new PermissionSet(permissions)) || clearance > call.Clearance)
        {
            return (null, "", new Fault(ErrorCodes.InsufficientPermissions, "You cannot give permissions or a clearance that you do not hold."));
        }

        var (secret, hash) = secrets.NewSecret();
        var client = new Client
        {
            Id = Guid.CreateVersion7(),
            TenantId = call.TenantId,
            ClientId = ClientSecrets.NewId(call.TenantId),
            Name = wanted.ClientName,
            Description = wanted.Description,
            SecretHash = hash,
            Permissions = permissions,
            Clearance = clearance,
            GrantTypes = [GrantTypes.ClientCredentials],
            AuthMethod = ClientAuthMethods.SecretBasic,
            CreatedBy = call.Subject,
            ExpiresAt = wanted.ExpiresAt,
        };
        db.Clients.Add(client);
        audit.Record(
            db, call.TenantId, AuditActions.ClientCreated, $"client/{client.ClientId}", Outcomes.Success, call.Subject, origin.Address,
            ("client_name", client.Name), ("permissions", string.Join(' ', permissions)));
        await db.SaveChangesAsync(ct);
        return (client, secret, null);
    }
}
