using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Indicators;

namespace Platform.ThreatIntel.Exports;

/// <summary>Writes indicators straight from the database into the answer: a table, or the attributes of one MISP event.</summary>
internal sealed class IndicatorStream(NpgsqlDataSource source, Caller caller, DateTimeOffset? modifiedAfter, bool asMisp, TimeProvider clock)
    : IResult, IEndpointMetadataProvider
{
    private const int FlushAt = 64 * 1024;

    private const string Indicators = """
        SELECT i.stix_id, i.name, i.indicator_type, i.value, i.pattern, i.severity, i.confidence, i.tlp, i.labels,
            CASE WHEN i.source = i.created_by_ref AND $1 < 4 AND NOT EXISTS (
                SELECT 1 FROM objects o WHERE o.tenant_id = i.tenant_id AND o.stix_id = i.created_by_ref AND o.tlp <= $1) THEN NULL ELSE i.source END AS source, i.valid_from, i.valid_until,
            i.revoked, i.created, i.modified, i.description
        FROM indicators i WHERE i.tlp <= $1 AND i.shadowed_from > $1 AND ($2::timestamptz IS NULL OR i.modified > $2) ORDER BY i.stix_id
        """;

    private const string Heading = "id,name,type,value,pattern,severity,confidence,tlp,labels,source,valid_from,valid_until,revoked,created,modified,description";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var ct = httpContext.RequestAborted;
        await using var session = await TenantSession.OpenAsync(source, caller.TenantId, ct);
        await using var command = session.Command(Indicators);
        command.CommandTimeout = 600;
        command.Parameters.Add(new() { Value = (short)caller.Clearance });
        command.Parameters.Add(new() { Value = (object?)modifiedAfter ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var response = httpContext.Response;
        response.ContentType = asMisp ? "application/json" : "text/csv; charset=utf-8";
        response.Headers.ContentDisposition = asMisp ? "attachment; filename=\"event.json\"" : "attachment; filename=\"indicators.csv\"";
        await (asMisp ? MispAsync(response, reader, ct) : CsvAsync(response, reader, ct));
    }

    private static async Task CsvAsync(HttpResponse response, NpgsqlDataReader reader, CancellationToken ct)
    {
        var line = new StringBuilder(Heading).Append("\r\n");
        do
        {
            response.BodyWriter.Write(Encoding.UTF8.GetBytes(line.ToString()));
            if (response.BodyWriter.UnflushedBytes > FlushAt)
            {
                await response.BodyWriter.FlushAsync(ct);
            }

            line.Clear();
            if (!await reader.ReadAsync(ct))
            {
                break;
            }

            for (var i = 0; i < reader.FieldCount; i++)
            {
                Field(line.Append(i == 0 ? "" : ","), Text(reader, i));
            }

            line.Append("\r\n");
        }
        while (true);
        await response.BodyWriter.FlushAsync(ct);
    }

    private static string Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? "" : reader.GetName(column) switch
    {
        "tlp" => ((TlpLevel)reader.GetInt16(column)).ToWire(),
        "labels" => string.Join('|', reader.GetFieldValue<string[]>(column)),
        "valid_from" or "valid_until" or "created" or "modified" => Stix.StixTimestamp.Format(reader.GetFieldValue<DateTimeOffset>(column)),
        "confidence" => reader.GetInt32(column).ToString(System.Globalization.CultureInfo.InvariantCulture),
        "revoked" => reader.GetBoolean(column) ? "true" : "false",
        _ => reader.GetString(column),
    };

    /// <summary>
    /// A field as RFC 4180 writes it. What a spreadsheet would take for a formula gets an apostrophe before it.
    /// </summary>
    private static void Field(StringBuilder line, string value)
    {
        if (value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t')
        {
            value = "'" + value;
        }

        if (value.AsSpan().IndexOfAny("\",\r\n") < 0)
        {
            line.Append(value);
        }
        else
        {
            line.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }
    }

    private async Task MispAsync(HttpResponse response, NpgsqlDataReader reader, CancellationToken ct)
    {
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        var now = clock.GetUtcNow();
        json.WriteStartObject();
        json.WriteStartObject("Event");
        json.WriteString("uuid", Guid.NewGuid());
        json.WriteString("info", "Indicators");
        json.WriteString("date", now.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("timestamp", Seconds(now));
        json.WriteString("threat_level_id", "4");
        json.WriteString("analysis", "2");
        json.WriteString("distribution", "0");
        json.WriteBoolean("published", false);
        json.WriteStartArray("Attribute");
        while (await reader.ReadAsync(ct))
        {
            Attribute(json, reader);
            if (json.BytesPending > FlushAt)
            {
                await json.FlushAsync(ct);
                await response.BodyWriter.FlushAsync(ct);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(ct);
    }

    private static void Attribute(Utf8JsonWriter json, NpgsqlDataReader reader)
    {
        var type = reader.IsDBNull(2) ? null : MispType(reader.GetString(2));
        json.WriteStartObject();
        json.WriteString("uuid", reader.GetString(0)[^36..]);
        json.WriteString("type", type ?? "stix2-pattern");
        json.WriteString("category", type is "md5" or "sha1" or "sha256" or "sha512" or "filename" ? "Payload delivery" : "Network activity");
        json.WriteString("value", type is null ? reader.GetString(4) : reader.GetString(3));
        json.WriteBoolean("to_ids", !reader.GetBoolean(12));
        json.WriteString("timestamp", Seconds(reader.GetFieldValue<DateTimeOffset>(14)));
        json.WriteString("first_seen", Stix.StixTimestamp.Format(reader.GetFieldValue<DateTimeOffset>(10)));
        json.WriteString("comment", reader.GetString(1));
        json.WriteStartArray("Tag");
        json.WriteStartObject();
        json.WriteString("name", "tlp:" + ((TlpLevel)reader.GetInt16(7)).ToWire());
        json.WriteEndObject();
        foreach (var label in reader.GetFieldValue<string[]>(8))
        {
            json.WriteStartObject();
            json.WriteString("name", label);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string? MispType(string type) => type switch
    {
        ObservableType.Ipv4 or ObservableType.Ipv6 => "ip-dst",
        ObservableType.Domain => "domain",
        ObservableType.Url => "url",
        ObservableType.Email => "email-src",
        ObservableType.Md5 => "md5",
        ObservableType.Sha1 => "sha1",
        ObservableType.Sha256 => "sha256",
        ObservableType.Sha512 => "sha512",
        ObservableType.FileName => "filename",
        ObservableType.Mac => "mac-address",
        "mutex" => "mutex",
        "windows-registry-key" => "regkey",
        _ => null,
    };

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(object), ["text/csv", "application/json"]));
}
