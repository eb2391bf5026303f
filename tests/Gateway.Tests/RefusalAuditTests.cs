using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Gateway.Audit;
using Platform.Gateway.Authentication;
using Platform.Gateway.Pipeline;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tests;

/// <summary>What of the gateway's own refusals is told to the audit log.</summary>
public sealed class RefusalAuditTests : IDisposable
{
    private static readonly Caller Somebody = new(Guid.NewGuid(), "somebody", CallerKind.User, PermissionSet.Parse("read:all"), TlpLevel.Green);

    private readonly RefusalAudit _audit = new(new AuditRecorder(new ServiceCollection().BuildServiceProvider(), TimeProvider.System), TimeProvider.System);

    public void Dispose() => _audit.Dispose();

    [Fact]
    public void Refusals_of_one_kind_are_one_record_with_their_number()
    {
        for (var i = 0; i < 3; i++)
        {
            _audit.Count(Refused("/api/v2/users/0190a6f0-0000-7000-8000-000000000001", Somebody), Verification.Revoked);
        }

        _audit.Count(Refused("/api/v2/users", null), Verification.Invalid);

        var told = _audit.Take();
        Assert.Equal(2, told.Count);
        var (tenant, known) = Assert.Single(told, t => t.Record.ActorId == "somebody");
        Assert.Equal(Somebody.TenantId, tenant);
        Assert.Equal(("access_refused", "endpoint/GET /api/v2/users/{id}", "refused", "192.0.2.7", 3), (known.Action, known.Resource, known.Outcome, known.Address, known.Count));
        Assert.Equal(ErrorCodes.AuthFailed, known.Details!["code"]);
        Assert.Equal(WellKnown.DefaultTenantId, Assert.Single(told, t => t.Record.ActorId is null).TenantId);
        Assert.Empty(_audit.Take());
    }

    [Fact]
    public void However_many_kinds_there_are_the_records_are_bounded_and_none_is_uncounted()
    {
        for (var i = 0; i < 5_000; i++)
        {
            _audit.Count(Refused("/api/v2/users", Somebody with { Subject = $"s{i}" }), i % 2 == 0 ? Verification.Revoked : Verification.WrongNetwork with { Code = ErrorCodes.IpBlocked });
        }

        var told = _audit.Take();
        Assert.InRange(told.Count, 500, 502);
        Assert.Equal(5_000, told.Sum(t => t.Record.Count));
    }

    private static DefaultHttpContext Refused(string path, Caller? caller)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = path;
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Parse("192.0.2.7");
        context.Features.Set(new GatewayRequest(0) { Refused = caller });
        return context;
    }
}
