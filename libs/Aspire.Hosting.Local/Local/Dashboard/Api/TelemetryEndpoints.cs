using Aspire.Hosting.Local.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>Where to send telemetry, how much of it is kept, and to forget it.</summary>
internal static class TelemetryEndpoints
{
    public static void MapTelemetry(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/telemetry", Describe);
        app.MapDelete("/api/telemetry", Clear);
    }

    private static IResult Describe(TelemetryStore store, DashboardAddress address) => ApiJson.Of(new TelemetryView(
        address.OtlpHttp.GetLeftPart(UriPartial.Authority),
        address.OtlpGrpc.GetLeftPart(UriPartial.Authority),
        Otlp.OtlpReceiverOptions.ApiKeyHeader,
        address.OtlpKey,
        TelemetryFigures.Of(store),
        store.Limits));

    private static IResult Clear(HttpRequest request, TelemetryStore store)
    {
        if (!ApiJson.IsMeant(request))
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }

        store.Clear();
        return Results.NoContent();
    }

    private sealed record TelemetryView(string Http, string Grpc, string Header, string Key, TelemetryFigures Figures, TelemetryLimits Limits);
}

/// <param name="Spans">Kept now.</param>
/// <param name="Traces">Kept now.</param>
/// <param name="Logs">Kept now.</param>
/// <param name="Series">Kept now.</param>
/// <param name="Bytes">Of all encoded records and points.</param>
/// <param name="Evicted">Spans and log records that had to go for newer ones.</param>
/// <param name="Errors">How many of the kept log records are errors, by resource.</param>
internal sealed record TelemetryFigures(int Spans, int Traces, int Logs, int Series, long Bytes, long Evicted, Dictionary<string, int> Errors)
{
    public static TelemetryFigures Of(TelemetryStore store)
    {
        var (spans, logs, metrics) = (store.Spans.Figures, store.Logs.Figures, store.Metrics.Figures);
        return new TelemetryFigures(
            spans.Count, spans.Traces, logs.Count, metrics.Series, spans.Bytes + logs.Bytes + metrics.Bytes, spans.Evicted + logs.Evicted, store.Logs.Errors());
    }
}
