using Platform.Contracts;
using Platform.Contracts.Gateway;
using Platform.Contracts.Tenancy;
using Platform.Identity.Audit;
using Platform.Identity.Authorization;
using Platform.Identity.Browser;
using Platform.Identity.Clients;
using Platform.Identity.DeviceFlow;
using Platform.Identity.Devices;
using Platform.Identity.Dpop;
using Platform.Identity.FirstRun;
using Platform.Identity.Keys;
using Platform.Identity.Messages;
using Platform.Identity.Mfa;
using Platform.Identity.Protocol;
using Platform.Identity.Roles;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;
using Platform.Identity.Tokens;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity;

/// <summary>Everything this service is made of.</summary>
internal static class IdentitySetup
{
    public static WebApplicationBuilder AddIdentity(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<IdentitySettings>()
            .BindConfiguration(IdentitySettings.Section)
            .ValidateDataAnnotations()
            .Validate(s => s.HasValidKey(), "Identity:KeyEncryptionKey must be at least 32 random bytes in base64.")
            .Validate(s => s.HasValidIssuer(), "Identity:Issuer must be an absolute http(s) URL without query, fragment or trailing slash.")
            .Validate<IHostEnvironment>((s, environment) => s.HasSafeCost(environment), "Identity:PasswordIterations must be 210000 or more.")
            .ValidateOnStart();
        builder.AddNpgsqlDbContext<IdentityDb>("identitydb");
        builder.AddMessaging<IdentityDb>("identity", consumers => consumers
            .AddBatchConsumer<TenantCreatedConsumer, TenantCreated>()
            .AddBatchConsumer<TenantUpdatedConsumer, TenantUpdated>()
            .AddBatchConsumer<TenantSuspendedConsumer, TenantSuspended>()
            .AddBatchConsumer<TenantReactivatedConsumer, TenantReactivated>()
            .AddBatchConsumer<TenantDeletedConsumer, TenantDeleted>()
            .AddBatchConsumer<AuditRecordedConsumer, AuditRecorded>(messageLimit: 200)
            .AddBatchConsumer<UsageRecordedConsumer, UsageRecorded>()
            .AddInstanceConsumer<RestoredConsumer>(Guid.CreateVersion7().ToString("N"))
            .AddBackups());
        builder.AddBackups();
        builder.Services.AddKeys().AddAudit().AddMessages().AddSignIn().AddUsers().AddProtocol().AddUserGrants();
        builder.Services.AddSingleton<TenantScopes>().AddScoped<TenantDirectory>();
        builder.Services.AddSingleton<AdminPasswordFile>().AddHostedService<SeedTenant>();
        return builder;
    }

    private static IServiceCollection AddKeys(this IServiceCollection services) => services
        .AddSingleton<Vault>()
        .AddSingleton<KeyRing>()
        .AddHostedService(s => s.GetRequiredService<KeyRing>())
        .AddSingleton<AccessTokens>()
        .AddSingleton<OpaqueTokens>();

    private static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<AuditTrail>()
        .AddSingleton<AuditSeal>()
        .AddSingleton<AuditChain>()
        .AddSingleton<VerifyAudit>()
        .AddSingleton<AuditHousekeeping>()
        .AddHostedService(s => s.GetRequiredService<AuditHousekeeping>())
        .AddHostedService<AuditChainer>();

    private static IServiceCollection AddMessages(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SmsOptions>().BindConfiguration(SmsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHttpClient(SmsDelivery.ClientName, client => client.Timeout = TimeSpan.FromSeconds(15));
        return services.AddSingleton<MessageQueue>().AddSingleton<SmtpDelivery>().AddSingleton<SmsDelivery>().AddHostedService<MessageSender>();
    }

    private static IServiceCollection AddSignIn(this IServiceCollection services) => services
        .AddSingleton<PasswordGate>()
        .AddSingleton<LoginThrottle>()
        .AddSingleton<SessionTokens>()
        .AddSingleton<EndSession>()
        .AddSingleton<RefreshSession>()
        .AddSingleton<SetPassword>()
        .AddSingleton<ChangePassword>()
        .AddSingleton<AccountTokens>()
        .AddSingleton<SendReset>()
        .AddSingleton<RedeemAccountToken>()
        .AddSingleton<CompleteSignIn>()
        .AddSingleton<DeviceFingerprints>()
        .AddSingleton<OneTimeCodes>()
        .AddSingleton<AskSecondFactor>()
        .AddSingleton<AnswerChallenge>()
        .AddScoped<EnrollFactor>()
        .AddScoped<LogIn>()
        .AddScoped<ActAs>();

    private static IServiceCollection AddUsers(this IServiceCollection services) => services
        .AddSingleton<InviteUser>()
        .AddScoped<ChangeRoles>()
        .AddScoped<ExportUser>()
        .AddScoped<EraseUser>()
        .AddScoped<LastAdmin>()
        .AddScoped<CreateUser>()
        .AddScoped<UpdateUser>()
        .AddScoped<DeleteUser>();

    private static IServiceCollection AddProtocol(this IServiceCollection services) => services
        .AddSingleton<ClientSecrets>()
        .AddSingleton<ClientDirectory>()
        .AddSingleton<ClientCredentials>()
        .AddScoped<ChangeClient>()
        .AddSingleton<ClientAuthentication>()
        .AddSingleton<DpopProofs>()
        .AddScoped<CreateClient>()
        .AddSingleton<TokenGrants>()
        .AddScoped<PasswordGrant>()
        .AddSingleton<OwnTokens>()
        .AddSingleton<IdTokens>()
        .AddSingleton<TokenStates>()
        .AddSingleton<RevokeToken>()
        .AddHostedService<SweepExpired>();

    private static IServiceCollection AddUserGrants(this IServiceCollection services) => services
        .AddSingleton<BrowserCookies>()
        .AddSingleton<BrowserSessions>()
        .AddSingleton<Interactions>()
        .AddSingleton<SignInPages>()
        .AddSingleton<ReadAuthorizationRequest>()
        .AddSingleton<PushRequest>()
        .AddSingleton<Consents>()
        .AddSingleton<IssueCode>()
        .AddSingleton<RedeemCode>()
        .AddSingleton<AuthorizeFlow>()
        .AddSingleton<StartDevice>()
        .AddSingleton<DecideDevice>()
        .AddSingleton<RedeemDeviceCode>()
        .AddSingleton<DevicePages>()
        .AddScoped<SignInFlow>();
}
