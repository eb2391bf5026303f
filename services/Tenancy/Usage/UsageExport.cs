using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http.Metadata;

namespace Platform.Tenancy.Usage;

/// <summary>A report as CSV (RFC 4180), written while it is read: memory does not grow with it.</summary>
internal sealed class UsageExport(UsageRange range, IAsyncEnumerable<UsageSlice> slices) : IResult, IEndpointMetadataProvider
{
    private const string Columns = "timestamp,group,requests,errors,error_rate,request_bytes,response_bytes,p50_ms,p95_ms,p99_ms";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/csv; charset=utf-8; header=present";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = FormattableString.Invariant($"attachment; filename=\"usage-{range.From:yyyyMMdd}-{range.To:yyyyMMdd}.csv\"");
        await using var writer = new StreamWriter(response.Body, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(Columns.AsMemory(), httpContext.RequestAborted);
        await foreach (var slice in slices.WithCancellation(httpContext.RequestAborted))
        {
            await writer.WriteLineAsync(Line(slice).AsMemory(), httpContext.RequestAborted);
        }
    }

    internal static string Line(in UsageSlice slice)
    {
        var figures = slice.Sums.Figures();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{slice.Bucket.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ},{Field(slice.Value)},{figures.Requests},{figures.Errors},{figures.ErrorRate},{figures.RequestBytes},{figures.ResponseBytes},{figures.LatencyMs?.P50},{figures.LatencyMs?.P95},{figures.LatencyMs?.P99}");
    }

    /// <summary>Quoted where RFC 4180 asks for it; what a spreadsheet would take for a formula gets an apostrophe in front.</summary>
    private static string Field(string value)
    {
        var text = value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + value : value;
        return text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/csv"]));
}
