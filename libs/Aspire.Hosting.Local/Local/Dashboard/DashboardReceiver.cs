using Aspire.Hosting.Local.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Otlp;

namespace Aspire.Hosting.Local.Dashboard;

/// <summary>Takes the telemetry of whoever has the key, by OTLP/HTTP on one port and OTLP/gRPC on another, on loopback only.</summary>
internal sealed class DashboardReceiver(DashboardAddress address, TelemetryStore store) : IHostedService, IAsyncDisposable
{
    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            _app = Create();
            try
            {
                await _app.StartAsync(cancellationToken);
                return;
            }
            catch (IOException) when (attempt < 5)
            {
                // Someone else was quicker.
                await _app.DisposeAsync();
                address.MoveReceiver();
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(address.OtlpHttp.Port, listener => listener.Protocols = HttpProtocols.Http1);
            kestrel.ListenLocalhost(address.OtlpGrpc.Port, listener => listener.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var options = new OtlpReceiverOptions { ApiKey = address.OtlpKey };
        app.MapOtlpHttp(store.Sink, options);
        app.MapOtlpGrpc(store.Sink, options);
        return app;
    }
}
