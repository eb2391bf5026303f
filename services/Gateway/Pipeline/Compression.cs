using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace Platform.Gateway.Pipeline;

/// <summary>gzip and brotli for answers that are worth it: not below 1,000 bytes, not for event streams, not beside secrets.</summary>
internal sealed class Compression(IServiceProvider services, IOptions<ResponseCompressionOptions> options)
    : ResponseCompressionProvider(services, options)
{
    private const int SmallestBody = 1000;

    public override bool ShouldCompressResponse(HttpContext context) =>
        !(context.Response.ContentLength < SmallestBody)
        && GatewayRequest.Of(context).Rules.Compress
        && base.ShouldCompressResponse(context);

    public static void Add(IServiceCollection services)
    {
        services.AddResponseCompression(o =>
        {
            // Routes whose answers may hold a secret are left out by their rules.
            o.EnableForHttps = true;
            o.MimeTypes =
            [
                "application/json", "application/problem+json", "application/stix+json", "application/taxii+json", "application/x-ndjson",
                "application/jsonl", "application/yaml", "application/xml", "application/javascript", "text/javascript", "text/css", "text/csv",
                "text/html", "text/markdown", "text/plain", "image/svg+xml",
            ];
            o.Providers.Add<BrotliCompressionProvider>();
            o.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        services.AddSingleton<IResponseCompressionProvider, Compression>();
    }
}
