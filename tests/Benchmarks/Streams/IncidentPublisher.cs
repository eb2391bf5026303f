using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.Benchmarks.Streams;

/// <summary>Publishes incidents of groups as ThreatIntel would, and knows when each was.</summary>
internal sealed class IncidentPublisher : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IBus _bus;
    private readonly string _tenant;
    private readonly ConcurrentDictionary<Guid, long> _at = new();
    private readonly ConcurrentDictionary<string, int> _published = new(StringComparer.Ordinal);

    private IncidentPublisher(WebApplication app, IBus bus, Guid tenant) => (_app, _bus, _tenant) = (app, bus, tenant.ToString());

    public static string Group(int number) => $"group {number}";

    public static async Task<IncidentPublisher> StartAsync(string broker, Guid tenant)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:rabbitmq"] = broker,
            ["InternalAuth:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Logging:LogLevel:Default"] = "Warning",
        });
        builder.AddServiceDefaults("stream-proof");
        builder.AddMessaging("stream-proof");
        var app = builder.Build();
        await app.StartAsync();
        return new IncidentPublisher(app, await app.Services.ReadyBusAsync(), tenant);
    }

    /// <summary>How many were published of a group.</summary>
    public int Published(string group) => _published.GetValueOrDefault(group);

    /// <summary>Milliseconds since an incident was published.</summary>
    public double Since(Guid id) => Stopwatch.GetElapsedTime(_at[id]).TotalMilliseconds;

    /// <summary>Publishes in an even rhythm, the groups in turn; how many it were.</summary>
    public async Task<int> PublishAsync(int groups, int perSecond, TimeSpan time, CancellationToken ct)
    {
        var total = (int)(perSecond * time.TotalSeconds) / groups * groups;
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var work = new List<Task>();
        for (var sent = 0; sent < total && await timer.WaitForNextTickAsync(ct);)
        {
            for (var due = Math.Min(total, (int)(clock.Elapsed.TotalSeconds * perSecond)); sent < due; sent++)
            {
                work.Add(PublishAsync(Group(sent % groups), ct));
            }
        }

        await Task.WhenAll(work);
        return total;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private Task PublishAsync(string group, CancellationToken ct)
    {
        var id = Guid.CreateVersion7();
        _published.AddOrUpdate(group, 1, static (_, known) => known + 1);
        _at[id] = Stopwatch.GetTimestamp();
        return _bus.Publish(new IncidentOpened(id, group, "low", TlpLevel.Clear, [], []), context => context.Headers.Set(WellKnown.EventHeaders.Tenant, _tenant), ct);
    }
}
