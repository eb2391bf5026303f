using FluentValidation;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Roles;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;

namespace Platform.Identity.Clients;

/// <summary>Asks for an OAuth client; the members of the protocol have their names of RFC 7591, section 2.</summary>
/// <param name="ClientName">Its name for people.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Permissions">What it may do; a subset of the creator's permissions. It bounds what it does for users as well.</param>
/// <param name="TlpClearance">What it may see; at most the creator's clearance. Green unless given.</param>
/// <param name="ExpiresAt">When it stops working.</param>
/// <param name="GrantTypes"><c>client_credentials</c> unless given; also <c>authorization_code</c>, <c>refresh_token</c> and <c>urn:ietf:params:oauth:grant-type:device_code</c>.</param>
/// <param name="RedirectUris">Where users are sent back to; exact, https or loopback http or a private scheme.</param>
/// <param name="PostLogoutRedirectUris">Where users are sent after signing out.</param>
/// <param name="TokenEndpointAuthMethod"><c>client_secret_basic</c> unless given, <c>client_secret_post</c>, or <c>none</c> for a public client.</param>
/// <param name="AllowedCidrs">Networks that it may be used from, such as <c>192.0.2.0/24</c>; any unless given.</param>
/// <param name="DpopBoundAccessTokens">Whether its tokens are always bound to a key (RFC 9449, section 5.2).</param>
internal sealed record NewClient(
    string ClientName,
    string? Description,
    IReadOnlyList<string>? Permissions,
    TlpLevel? TlpClearance,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<string>? GrantTypes,
    IReadOnlyList<string>? RedirectUris,
    IReadOnlyList<string>? PostLogoutRedirectUris,
    string? TokenEndpointAuthMethod,
    IReadOnlyList<string>? AllowedCidrs,
    bool? DpopBoundAccessTokens);

internal sealed class NewClientValidator : AbstractValidator<NewClient>
{
    private const int MaxPermissions = 64;
    private const int MaxUris = 20;
    private const string NotAUri = "must be an absolute https URI (or http on loopback, or a private scheme with a dot) without fragment, wildcard, user-info or dot segments";

    private static readonly string[] Grants =
        [Clients.GrantTypes.ClientCredentials, Clients.GrantTypes.AuthorizationCode, Clients.GrantTypes.RefreshToken, Clients.GrantTypes.DeviceCode];

    public NewClientValidator(TimeProvider clock)
    {
        RuleFor(c => c.ClientName).NotEmpty().MaximumLength(200);
        RuleFor(c => c.Description).MaximumLength(2000);
        RuleFor(c => c.Permissions).Must(p => p is null or { Count: > 0 and <= MaxPermissions }).WithMessage($"must be 1 to {MaxPermissions}");
        RuleForEach(c => c.Permissions).Must(p => p is not null && PermissionCatalog.Resolve(p) is not null).WithMessage("is not a permission");
        RuleFor(c => c.ExpiresAt).Must(at => at is null || at > clock.GetUtcNow()).WithMessage("must be in the future");
        RuleFor(c => c.AllowedCidrs).Must(n => n is null || n.Count <= Networks.Max).WithMessage($"must be at most {Networks.Max}");
        RuleForEach(c => c.AllowedCidrs).Must(Networks.IsValid).WithMessage("must be a network such as 192.0.2.0/24");
        RuleFor(c => c.GrantTypes).Must(g => g is null or { Count: > 0 and <= 4 }).WithMessage("must name one to four grant types");
        RuleForEach(c => c.GrantTypes).Must(g => Grants.Contains(g)).WithMessage("is not a grant type that is offered");
        RuleFor(c => c.RedirectUris).Must(u => u is null || u.Count <= MaxUris).WithMessage($"must be at most {MaxUris}");
        RuleForEach(c => c.RedirectUris).Must(Clients.RedirectUris.IsAcceptable).WithMessage(NotAUri);
        RuleFor(c => c.RedirectUris).Must(u => u is { Count: > 0 }).When(c => c.GrantTypes?.Contains(Clients.GrantTypes.AuthorizationCode) == true)
            .WithMessage("is required for authorization_code");
        RuleFor(c => c.PostLogoutRedirectUris).Must(u => u is null || u.Count <= MaxUris).WithMessage($"must be at most {MaxUris}");
        RuleForEach(c => c.PostLogoutRedirectUris).Must(Clients.RedirectUris.IsAcceptable).WithMessage(NotAUri);
        RuleFor(c => c.TokenEndpointAuthMethod).Must(m => m is null or ClientAuthMethods.SecretBasic or ClientAuthMethods.SecretPost or ClientAuthMethods.None)
            .WithMessage("must be client_secret_basic, client_secret_post or none");
        RuleFor(c => c.GrantTypes).Must(g => g is not null && !g.Contains(Clients.GrantTypes.ClientCredentials))
            .When(c => c.TokenEndpointAuthMethod == ClientAuthMethods.None).WithMessage("a public client cannot have client_credentials");
    }
}

/// <summary>Adds an integration client to the caller's tenant; its secret is shown by this answer and never again.</summary>
internal sealed class CreateClient(IdentityDb db, ClientCredentials credentials, AuditTrail audit, TimeProvider clock)
{
    private const string DefaultPermission = "use:chat";

    public async Task<(Client? Client, ShownCredentials? Shown, Fault? Fault)> RunAsync(
        CallContext call, NewClient wanted, bool cutsToCreator, ClientOrigin origin, CancellationToken ct)
    {
        var permissions = (wanted.Permissions ?? [DefaultPermission]).Select(p => PermissionCatalog.Resolve(p)!).Distinct().ToArray();
        if (cutsToCreator && wanted.Permissions?.Any(PermissionCatalog.IsOlderSpelling) == true)
        {
            // The older spellings name defaults, not wishes: they are cut to what the creator holds.
            permissions = [.. permissions.Where(p => call.Permissions().Allows(p))];
        }

        var clearance = wanted.TlpClearance ?? TlpLevel.Green;
        if (!call.Permissions().Covers(new PermissionSet(permissions)) || clearance > call.Clearance)
        {
            return (null, null, new Fault(ErrorCodes.InsufficientPermissions, "You cannot give permissions or a clearance that you do not hold."));
        }

        var method = wanted.TokenEndpointAuthMethod ?? ClientAuthMethods.SecretBasic;
        var client = new Client
        {
            Id = Guid.CreateVersion7(),
            TenantId = call.TenantId,
            ClientId = ClientSecrets.NewId(call.TenantId),
            Name = wanted.ClientName,
            Description = wanted.Description,
            Permissions = permissions,
            Clearance = clearance,
            GrantTypes = wanted.GrantTypes is { } grants ? [.. grants.Distinct()] : [GrantTypes.ClientCredentials],
            RedirectUris = [.. wanted.RedirectUris ?? []],
            PostLogoutRedirectUris = [.. wanted.PostLogoutRedirectUris ?? []],
            DpopBound = wanted.DpopBoundAccessTokens ?? false,
            AuthMethod = method,
            CreatedBy = call.Subject,
            ExpiresAt = wanted.ExpiresAt,
            AllowedCidrs = [.. wanted.AllowedCidrs ?? []],
        };
        var shown = method == ClientAuthMethods.None ? new ShownCredentials(null, null) : credentials.Give(client);
        db.Clients.Add(client);
        db.Publish(new IntegrationClientChanged(client.TenantId, client.ClientId, true, clock.GetUtcNow()), client.ClientId);
        audit.Record(
            db, call.TenantId, AuditActions.ClientCreated, $"client/{client.ClientId}", Outcomes.Success, call.Subject, origin.Address,
            ("client_name", client.Name), ("permissions", string.Join(' ', permissions)));
        await db.SaveChangesAsync(ct);
        return (client, shown, null);
    }
}
