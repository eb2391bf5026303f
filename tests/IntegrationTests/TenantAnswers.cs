using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests;

/// <summary>Announces tenants to a service and hears what it answers, on its own bus.</summary>
internal sealed class TenantAnswers : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received<TenantProvisioned>> _heard = new();
    private readonly ConcurrentQueue<Received<TenantErased>> _erased = new();
    private readonly IBusControl _bus;
    private HostReceiveEndpointHandle? _handle;

    private TenantAnswers(IBusControl bus) => _bus = bus;

    public static async Task<TenantAnswers> HearAsync(IServiceProvider services, CancellationToken ct)
    {
        var answers = new TenantAnswers(services.GetRequiredService<IBusControl>());
        await answers._bus.WaitForHealthStatus(BusHealthStatus.Healthy, ct);
        answers._handle = services.GetRequiredService<IReceiveEndpointConnector>().ConnectReceiveEndpoint(
            $"test-{Guid.NewGuid():N}",
            (_, endpoint) =>
            {
                if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
                {
                    rabbit.AutoDelete = true;
                    rabbit.Durable = false;
                }

                endpoint.Handler<TenantProvisioned>(context =>
                {
                    answers._heard.Enqueue(Envelopes.Read(context));
                    return Task.CompletedTask;
                });
                endpoint.Handler<TenantErased>(context =>
                {
                    answers._erased.Enqueue(Envelopes.Read(context));
                    return Task.CompletedTask;
                });
            });
        await answers._handle.Ready.WaitAsync(TimeSpan.FromSeconds(30), ct);
        return answers;
    }

    public Task AnnounceAsync(Guid tenant, Guid message, CancellationToken ct) => SayAsync(new TenantCreated(tenant, "New", "new", "starter", null), tenant, message, ct);

    /// <summary>Says that a tenant is deleted, and waits until the service has said that it is erased.</summary>
    public async Task<TenantErased> DeleteAsync(Guid tenant, CancellationToken ct)
    {
        await SayAsync(new TenantDeleted(tenant), tenant, Guid.NewGuid(), ct);
        await Eventually.TrueAsync(() => Task.FromResult(_erased.Any(e => e.TenantId == tenant)), TimeSpan.FromSeconds(30), ct, "The answer to the deletion");
        return _erased.First(e => e.TenantId == tenant).Event;
    }

    private Task SayAsync<T>(T said, Guid tenant, Guid message, CancellationToken ct)
        where T : class => _bus.Publish(
        said,
        Pipe.Execute<PublishContext>(context =>
        {
            context.MessageId = message;
            context.Headers.Set(WellKnown.EventHeaders.Tenant, tenant.ToString("D"));
        }),
        ct);

    public IReadOnlyList<Received<TenantProvisioned>> For(Guid tenant) => [.. _heard.Where(a => a.Event.TenantId == tenant)];

    public async ValueTask DisposeAsync()
    {
        if (_handle is not null)
        {
            await _handle.StopAsync(CancellationToken.None);
        }
    }
}
