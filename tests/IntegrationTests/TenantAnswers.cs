using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.IntegrationTests;

/// <summary>Announces tenants to a service and hears what it answers, on its own bus.</summary>
internal sealed class TenantAnswers : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received<TenantProvisioned>> _heard = new();
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
            });
        await answers._handle.Ready.WaitAsync(TimeSpan.FromSeconds(30), ct);
        return answers;
    }

    public Task AnnounceAsync(Guid tenant, Guid message, CancellationToken ct) => _bus.Publish(
        new TenantCreated(tenant, "New", "new", "starter", null),
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
