using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Indicators;
using Stix;
using Stix.Patterns;

namespace Platform.ThreatIntel.Formats;

/// <summary>
/// Indicators out of a table with a heading. <c>mapping=value:ioc,type:kind</c> says which column is which; columns
/// that are called like our fields need no word. A row that cannot be read is refused under its index, the others go in.
/// </summary>
internal static class CsvIndicators
{
    private static readonly string[] Fields =
        ["value", "type", "pattern", "name", "description", "confidence", "severity", "tlp", "labels", "valid_from", "valid_until", "created", "modified", "source"];

    public static List<ForeignObject> Read(byte[] body, IQueryCollection query)
    {
        var delimiter = query["delimiter"].ToString() is { Length: 1 } given ? given[0] : ',';
        using var rows = CsvRows.Read(Encoding.UTF8.GetString(body).TrimStart('\uFEFF'), delimiter).GetEnumerator();
        if (!rows.MoveNext())
        {
            throw new FaultException(new Fault(ErrorCodes.MalformedRequest, "The table has no heading."));
        }

        var columns = Columns(rows.Current, query["mapping"].ToString());
        var objects = new List<ForeignObject>();
        while (rows.MoveNext())
        {
            objects.Add(Indicator(new Row(columns, rows.Current)));
        }

        return objects;
    }

    private static Dictionary<string, int> Columns(string[] heading, string mapping)
    {
        var names = Fields.ToDictionary(field => field, field => field);
        foreach (var pair in mapping.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = pair.IndexOf(':', StringComparison.Ordinal);
            if (at < 1 || !names.ContainsKey(pair[..at]))
            {
                throw new FaultException(Faults.ValidationFault("mapping", $"must be field:column pairs with fields out of {string.Join(", ", Fields)}"));
            }

            names[pair[..at]] = pair[(at + 1)..];
        }

        var columns = new Dictionary<string, int>();
        foreach (var (field, column) in names)
        {
            var at = Array.FindIndex(heading, name => name.Equals(column, StringComparison.OrdinalIgnoreCase));
            if (at >= 0)
            {
                columns[field] = at;
            }
        }

        return columns.ContainsKey("value") || columns.ContainsKey("pattern")
            ? columns
            : throw new FaultException(Faults.ValidationFault("mapping", "names no column of values or patterns that the heading has"));
    }

    private static ForeignObject Indicator(Row row)
    {
        var confidence = row["confidence"] is not { } text ? default(int?) : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        var level = TlpLevel.Clear;
        var severity = row["severity"]?.ToLowerInvariant();
        if (Base(row) is not { } item || confidence is < 0 or > 100 || (row["tlp"] is { } tlp && !TlpLevels.TryParse(tlp.Replace("TLP:", "", StringComparison.OrdinalIgnoreCase), out level))
            || severity is not (null or "low" or "medium" or "high" or "critical"))
        {
            return new ForeignObject(null);
        }

        foreach (var name in (ReadOnlySpan<string>)["name", "description"])
        {
            if (row[name] is { } value)
            {
                item[name] = value;
            }
        }

        foreach (var name in (ReadOnlySpan<string>)["valid_from", "valid_until", "created", "modified"])
        {
            if (row[name] is { } value)
            {
                if (!DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                {
                    return new ForeignObject(null);
                }

                item[name] = StixTimestamp.Format(time);
            }
        }

        if (confidence is { } stated)
        {
            item["confidence"] = stated;
        }

        if (severity is not null)
        {
            item["x_severity"] = severity;
        }

        if (row["labels"] is { } labels)
        {
            item["labels"] = ForeignObject.ListOf(labels.Split([';', '|', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }

        if (row["source"] is { } source)
        {
            item["external_references"] = new JsonArray(new JsonObject { ["source_name"] = source, ["description"] = source });
        }

        ForeignObject.Mark(item, level);
        return new ForeignObject(item, IsDated: item.ContainsKey("modified") && item.ContainsKey("created") && item.ContainsKey("valid_from"));
    }

    private static JsonObject? Base(Row row)
    {
        if (row["pattern"] is { } pattern)
        {
            if (!PatternReader.TryParse(pattern, out _, out _))
            {
                return null;
            }

            var item = ForeignObject.Create(StixTypes.Indicator, "pattern:" + pattern);
            item["pattern"] = pattern;
            item["pattern_type"] = "stix";
            return item;
        }

        return row["value"] is not { Length: <= Observables.MaxLength } value || (row["type"] is { } type && !IndicatorPattern.Knows(type.ToLowerInvariant()))
            ? null
            : ForeignObject.Indicator(CreateIndicator.ToObservable(row["type"]?.ToLowerInvariant(), value));
    }

    private readonly struct Row(Dictionary<string, int> columns, string[] cells)
    {
        public string? this[string field] => columns.TryGetValue(field, out var at) && at < cells.Length && cells[at].Length > 0 ? cells[at] : null;
    }
}
