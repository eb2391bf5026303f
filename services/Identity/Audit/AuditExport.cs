using System.Globalization;
using System.Text;
using System.Text.Json;
using Platform.ServiceDefaults;

namespace Platform.Identity.Audit;

/// <summary>Writes entries of the audit log as files, entry by entry: memory does not grow with the log.</summary>
internal static class AuditExport
{
    private const int FlushEvery = 500;
    private const string Columns = "id,at,last_at,count,action,resource,outcome,actor_id,address,details,seq,hash,erased_at";

    public static async Task WriteJsonLinesAsync(IAsyncEnumerable<AuditEntry> entries, Stream stream, CancellationToken ct)
    {
        var written = 0;
        await foreach (var entry in entries.WithCancellation(ct))
        {
            await JsonSerializer.SerializeAsync(stream, AuditView.From(entry), Json.Options, ct);
            await stream.WriteAsync("\n"u8.ToArray(), ct);
            if (++written % FlushEvery == 0)
            {
                await stream.FlushAsync(ct);
            }
        }
    }

    /// <summary>RFC 4180.</summary>
    public static async Task WriteCsvAsync(IAsyncEnumerable<AuditEntry> entries, Stream stream, CancellationToken ct)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(Columns.AsMemory(), ct);
        var line = new StringBuilder();
        await foreach (var a in entries.WithCancellation(ct))
        {
            line.Clear();
            string?[] fields =
            [
                a.Id.ToString(), Time(a.At), a.LastAt is { } last ? Time(last) : null, a.Count.ToString(CultureInfo.InvariantCulture), a.Action, a.Resource, a.Outcome,
                a.ActorId, a.Address, a.Details, a.Seq?.ToString(CultureInfo.InvariantCulture), a.Hash is null ? null : Convert.ToHexStringLower(a.Hash),
                a.ErasedAt is { } erased ? Time(erased) : null,
            ];
            line.AppendJoin(',', fields.Select(Field));
            await writer.WriteLineAsync(line, ct);
        }
    }

    /// <summary>
    /// Quoted where RFC 4180 asks for it. A text that a spreadsheet would take for a formula gets an apostrophe in front:
    /// user names come from anybody who tries to sign in.
    /// </summary>
    internal static string Field(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        var text = value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + value : value;
        return text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
