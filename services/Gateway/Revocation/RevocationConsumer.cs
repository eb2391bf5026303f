using MassTransit;
using Platform.Contracts.Identity;
using Platform.Contracts.Tenancy;
using Platform.Gateway.Authentication;
using Platform.Gateway.Caching;
using Platform.Gateway.Tenants;

namespace Platform.Gateway.Revocation;

/// <summary>What makes this instance forget or refuse, as it happens at the owners.</summary>
internal sealed class RevocationConsumer(
    Revocations revocations, KeyResolver keys, ClientResolver clients, TokenVerifier tokens, TenantStates tenants, OpenStreams streams, FeedState feed,
    SessionChecks sessions, SigningKeys signingKeys, CachePurges answers, GatewayInstance instance)
    : IConsumer<SessionRevoked>, IConsumer<UserUpdated>, IConsumer<UserDeleted>, IConsumer<ApiKeyRevoked>, IConsumer<IntegrationClientChanged>,
        IConsumer<TenantSuspended>, IConsumer<TenantReactivated>, IConsumer<TenantUpdated>, IConsumer<TenantDeleted>, IConsumer<RateLimitsChanged>,
        IConsumer<QuotaThresholdReached>, IConsumer<RestorePartCompleted>, IConsumer<FeedHeartbeat>
{
    public Task Consume(ConsumeContext<SessionRevoked> context)
    {
        var session = context.Message.SessionId;
        revocations.EndSession(session);
        tokens.Forget(c => c.Caller.SessionId == session);
        streams.EndRevoked();
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<UserUpdated> context) => ChangeUser(context.Message.UserId, context.Message.ChangedAt);

    public Task Consume(ConsumeContext<UserDeleted> context) => ChangeUser(context.Message.UserId, DateTimeOffset.MaxValue);

    public Task Consume(ConsumeContext<ApiKeyRevoked> context)
    {
        var key = context.Message.ApiKeyId;
        revocations.ChangeKey(key);
        keys.Forget(c => c.ApiKeyId == key);
        streams.EndRevoked();
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<IntegrationClientChanged> context)
    {
        var (client, at) = (context.Message.ClientId, context.Message.Usable ? context.Message.ChangedAt : DateTimeOffset.MaxValue);
        if (context.Message.KeepsTokens)
        {
            revocations.Advance();
        }
        else
        {
            revocations.ChangeClient(client, at);
            tokens.Forget(c => c.Caller.CredentialId == client && c.IssuedAt < at);
        }

        clients.Forget(client);
        streams.EndRevoked();
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<TenantSuspended> context) => CloseTenant(context.Message.TenantId);

    public Task Consume(ConsumeContext<TenantReactivated> context) => ChangeTenant(context.Message.TenantId);

    public Task Consume(ConsumeContext<TenantDeleted> context) => CloseTenant(context.Message.TenantId);

    public Task Consume(ConsumeContext<RateLimitsChanged> context) => ChangeTenant(context.Message.TenantId);

    public Task Consume(ConsumeContext<TenantUpdated> context) => ChangeTenant(context.Message.TenantId);

    public Task Consume(ConsumeContext<QuotaThresholdReached> context) => ChangeTenant(context.Message.TenantId);

    /// <summary>An owner's store is another one than before: nothing that was learnt of it holds.</summary>
    public Task Consume(ConsumeContext<RestorePartCompleted> context)
    {
        if (context.Message is { Applied: true, Error: null })
        {
            signingKeys.ExpectOthers();
            answers.PurgeAll();
            revocations.StartAfresh();
            sessions.ForgetAll();
            keys.ForgetAll();
            clients.ForgetAll();
            tenants.ForgetAll();
            tokens.Forget(static _ => true);
        }

        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<FeedHeartbeat> context)
    {
        if (context.Message.Instance == instance.Id)
        {
            feed.Heard();
        }

        return Task.CompletedTask;
    }

    private Task ChangeUser(Guid user, DateTimeOffset at)
    {
        revocations.ChangeUser(user, at);
        tokens.Forget(c => c.UserId == user && c.IssuedAt < at);
        streams.EndRevoked();
        return Task.CompletedTask;
    }

    private Task CloseTenant(Guid tenant)
    {
        ChangeTenant(tenant);
        streams.EndOfTenant(tenant);
        return Task.CompletedTask;
    }

    private Task ChangeTenant(Guid tenant)
    {
        revocations.Advance();
        tenants.Forget(tenant);
        keys.Forget(c => c.Caller.TenantId == tenant);
        return Task.CompletedTask;
    }
}

/// <summary>This process, among the gateways.</summary>
internal sealed record GatewayInstance(string Id);

/// <summary>A gateway's word to itself through the broker; hearing it means that revocations are heard as well.</summary>
internal sealed record FeedHeartbeat(string Instance);
