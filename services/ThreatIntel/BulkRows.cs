using System.Text.Json;
using FluentValidation;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel;

/// <summary>Cuts the body of a bulk request into rows: the entries of a JSON array, or the lines of NDJSON.</summary>
internal static class BulkRows
{
    /// <summary>Takes the body and gives its rows.</summary>
    /// <exception cref="FaultException">The body is neither form, or has none or more than <paramref name="most"/> rows.</exception>
    public static async Task<List<ReadOnlyMemory<byte>>> ReceiveAsync(HttpRequest request, int most, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, ct);
        var rows = Cut(body.GetBuffer().AsMemory(0, (int)body.Length), most)
            ?? throw new FaultException(Faults.Malformed("Send a JSON array, or one JSON object a line.").Fault);
        return rows.Count is 0 || rows.Count > most ? throw new FaultException(Faults.Invalid("$", $"must be 1 to {most} rows").Fault) : rows;
    }

    /// <summary>Reads and validates one row; gives what is wrong with it instead, by JSON path, where something is.</summary>
    public static (T? Value, IReadOnlyDictionary<string, string[]>? Errors) Read<T>(ReadOnlyMemory<byte> row, bool isStrict, IValidator<T> validator)
        where T : class
    {
        try
        {
            var value = JsonSerializer.Deserialize<T>(row.Span, isStrict ? ServiceDefaults.Json.Strict : ServiceDefaults.Json.Options);
            if (value is null)
            {
                return (null, new Dictionary<string, string[]> { ["$"] = ["must be an object"] });
            }

            var outcome = validator.Validate(value);
            return outcome.IsValid
                ? (value, null)
                : (null, outcome.Errors.GroupBy(e => e.PropertyName).ToDictionary(g => g.Key, g => g.Select(e => e.ErrorMessage).Distinct().ToArray()));
        }
        catch (JsonException exception)
        {
            var path = exception.Path is { Length: > 2 } found ? found[2..] : "$";
            return (null, new Dictionary<string, string[]> { [path] = ["is malformed, of the wrong type or not a known member"] });
        }
    }

    /// <summary>The rows, at most one more than <paramref name="most"/>; null when the body is neither form.</summary>
    private static List<ReadOnlyMemory<byte>>? Cut(ReadOnlyMemory<byte> body, int most)
    {
        var start = body.Span.IndexOfAnyExcept(" \t\r\n"u8);
        return start < 0 ? [] : body.Span[start] == '[' ? Entries(body, most) : Lines(body, most);
    }

    private static List<ReadOnlyMemory<byte>>? Entries(ReadOnlyMemory<byte> body, int most)
    {
        var rows = new List<ReadOnlyMemory<byte>>();
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = ServiceDefaults.Json.MaxDepth });
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray && rows.Count <= most)
            {
                var from = (int)reader.TokenStartIndex;
                reader.Skip();
                rows.Add(body[from..(int)reader.BytesConsumed]);
            }

            // Nothing but white space may follow.
            _ = rows.Count <= most && reader.Read();
            return rows;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<ReadOnlyMemory<byte>>? Lines(ReadOnlyMemory<byte> body, int most)
    {
        if (body.Span[body.Span.IndexOfAnyExcept(" \t\r\n"u8)] != '{')
        {
            return null;
        }

        var rows = new List<ReadOnlyMemory<byte>>();
        while (!body.IsEmpty && rows.Count <= most)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span.ContainsAnyExcept(" \t\r"u8))
            {
                rows.Add(line);
            }
        }

        return rows;
    }
}
