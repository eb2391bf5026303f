using Yarp.ReverseProxy;

namespace Platform.Gateway.Proxy;

/// <summary>Opens a few connections to every service before the gateway takes requests, so that the first ones find them there.</summary>
internal sealed class WarmPools(IProxyStateLookup proxy) : IHostedLifecycleService
{
    private const int Connections = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var calls = new List<Task>();
        foreach (var cluster in proxy.GetClusters())
        {
            foreach (var destination in cluster.DestinationsState.AllDestinations)
            {
                for (var i = 0; i < Connections; i++)
                {
                    calls.Add(CallAsync(cluster.Model.HttpClient, new Uri(new Uri(destination.Model.Config.Address), "/live"), patience.Token));
                }
            }
        }

        await Task.WhenAll(calls);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A service that is not there yet is none of this one's business.</summary>
    private static async Task CallAsync(HttpMessageInvoker client, Uri address, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await client.SendAsync(request, ct);
            await response.Content.ReadAsByteArrayAsync(ct);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
        }
    }
}
