using System.Buffers;
using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http.Metadata;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Exports;

/// <summary>Writes objects straight from the database into the answer: one statement, so that it is one moment.</summary>
internal sealed class BundleStream(NpgsqlDataSource source, VisibleRefs refs, Caller caller, string[] types, DateTimeOffset? modifiedAfter, bool asLines)
    : IResult, IEndpointMetadataProvider
{
    private const int FlushAt = 64 * 1024;
    private const int MostAtOnce = 256;
    private const int MostBytesAtOnce = 1 << 20;

    private const string Objects = """
        SELECT v.raw, v.stated_at FROM objects o
        JOIN object_versions v ON v.tenant_id = o.tenant_id AND v.stix_id = o.stix_id AND v.revision = o.revision
        WHERE o.tlp <= $1 AND o.shadowed_from > $1
          AND (cardinality($2::text[]) = 0 OR o.type = ANY($2))
          AND ($3::timestamptz IS NULL OR o.modified > $3)
        """ + ObjectQueries.Connected + " ORDER BY o.stix_id";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var ct = httpContext.RequestAborted;
        await using var session = await TenantSession.OpenAsync(source, caller.TenantId, ct);
        await using var command = session.Command(Objects);
        command.CommandTimeout = 600;
        command.Parameters.Add(new() { Value = (short)caller.Clearance });
        command.Parameters.Add(new() { Value = types });
        command.Parameters.Add(new() { Value = (object?)modifiedAfter ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess, ct);

        var response = httpContext.Response;
        response.ContentType = asLines ? "application/x-ndjson" : "application/stix+json;version=2.1";
        response.Headers.ContentDisposition = asLines ? "attachment; filename=\"export.jsonl\"" : "attachment; filename=\"bundle.json\"";
        await WriteAsync(response.BodyWriter, reader, ct);
    }

    private async Task WriteAsync(PipeWriter body, NpgsqlDataReader reader, CancellationToken ct)
    {
        if (!asLines)
        {
            body.Write(Encoding.ASCII.GetBytes($"{{\"type\":\"bundle\",\"id\":\"bundle--{Guid.NewGuid():D}\",\"objects\":["));
        }

        var isFirst = true;
        var batch = new List<StatedObject>(MostAtOnce);
        var bytes = 0;
        bool isMore;
        do
        {
            isMore = await reader.ReadAsync(ct);
            if (isMore)
            {
                var raw = RawBytes.Unpack(await reader.GetFieldValueAsync<byte[]>(0, ct));
                batch.Add(new StatedObject(raw, (TlpLevel)reader.GetInt16(1)));
                bytes += raw.Length;
            }

            if (batch.Count == MostAtOnce || bytes > MostBytesAtOnce || !isMore)
            {
                foreach (var raw in await refs.ShowAsync(batch, ct))
                {
                    if (raw is not null)
                    {
                        await WriteAsync(body, raw, isFirst, ct);
                        isFirst = false;
                    }
                }

                batch.Clear();
                bytes = 0;
            }
        }
        while (isMore);

        if (!asLines)
        {
            body.Write("]}"u8);
        }

        await body.FlushAsync(ct);
    }

    private async ValueTask WriteAsync(PipeWriter body, byte[] raw, bool isFirst, CancellationToken ct)
    {
        if (!isFirst && !asLines)
        {
            body.Write(",\n"u8);
        }

        body.Write(asLines ? Line(raw) : raw);
        if (asLines)
        {
            body.Write("\n"u8);
        }

        if (body.UnflushedBytes > FlushAt)
        {
            await body.FlushAsync(ct);
        }
    }

    /// <summary>Line breaks of JSON are between its tokens only (inside strings they are escaped), so they can go.</summary>
    private static byte[] Line(byte[] raw)
    {
        if (!raw.AsSpan().ContainsAny((byte)'\n', (byte)'\r'))
        {
            return raw;
        }

        return Array.FindAll(raw, b => b is not ((byte)'\n' or (byte)'\r'));
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(object), ["application/stix+json", "application/x-ndjson"]));
}
