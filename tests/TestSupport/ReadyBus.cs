using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.TestSupport;

/// <summary>The bus of a host, once its queues are bound: what is published before that has no receiver.</summary>
public static class ReadyBus
{
    public static async Task<IBus> ReadyBusAsync(this IServiceProvider services)
    {
        var control = services.GetRequiredService<IBusControl>();
        var health = await control.WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(30));
        return health == BusHealthStatus.Healthy ? control : throw new TimeoutException("The bus did not become healthy.");
    }
}
