using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Stix;

namespace Platform.ThreatIntel.Exports;

/// <summary>Taking everything out again.</summary>
internal static class ExportEndpoints
{
    public static IEndpointRouteBuilder MapExports(this IEndpointRouteBuilder api)
    {
        api.MapGet("/threat-intel/export", Export).WithTags("Export").RequirePermission("read:threat_intel").Unwrapped();
        return api;
    }

    /// <summary>
    /// Everything the caller may see as one STIX 2.1 bundle (<c>format=stix</c>) or an object a line
    /// (<c>format=json-lines</c>), streamed, each object as it was imported; or the indicators alone as a table
    /// (<c>format=csv</c>) or one MISP event (<c>format=misp</c>).
    /// </summary>
    private static Results<BundleStream, IndicatorStream, FaultResult> Export(
        HttpRequest request, Npgsql.NpgsqlDataSource source, VisibleRefs refs, CallContext call, TimeProvider clock, string? types, string? modified_after, string? format)
    {
        var query = new QueryReader(request.Query);
        var after = query.Time("modified_after");
        var wanted = types?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        if (wanted.Length > 50 || !Array.TrueForAll(wanted, type => StixId.IsType(type)))
        {
            query.Fault("types", "must be at most 50 STIX types, separated by commas");
        }

        query.ThrowIfInvalid();
        return format switch
        {
            null or "" or "stix" or "json-lines" => new BundleStream(source, refs, call.Caller, wanted, after, asLines: format == "json-lines"),
            "csv" or "misp" when wanted.Length > 0 && !wanted.Contains(StixTypes.Indicator) => Faults.Invalid("types", $"must hold {StixTypes.Indicator} in this format"),
            "csv" or "misp" => new IndicatorStream(source, call.Caller, after, asMisp: format == "misp", clock),
            _ => Faults.Invalid("format", "must be stix, csv, misp or json-lines"),
        };
    }
}
