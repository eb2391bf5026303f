using System.Globalization;
using FalkorDb.Resp;

namespace FalkorDb;

/// <summary>Decodes the reply of <c>GRAPH.QUERY … --compact</c>: header, rows of typed cells, statistics.</summary>
internal static class CompactReply
{
    /// <summary>Whether the reply is the server's refusal of an outdated schema version.</summary>
    public static bool IsVersionMismatch(RespValue reply, out long version)
    {
        version = 0;
        if (reply.Kind != RespKind.Array || reply.Items is not [{ Kind: RespKind.Error } error, { Kind: RespKind.Integer } current] || error.Text != "version mismatch")
        {
            return false;
        }

        version = current.Integer;
        return true;
    }

    public static QueryResult Decode(RespValue reply, GraphSchema schema)
    {
        var parts = reply.OrThrow().Items;
        foreach (var part in parts)
        {
            part.OrThrow();
        }

        if (parts.Length == 1)
        {
            return new QueryResult([], [], Statistics(parts[0]));
        }

        if (parts.Length != 3)
        {
            throw new FalkorDbException(FalkorDbError.Protocol, "The reply is not that of a query.");
        }

        var header = parts[0].Items;
        var columns = new string[header.Length];
        for (var i = 0; i < header.Length; i++)
        {
            columns[i] = header[i].Items[1].Text;
        }

        var raw = parts[1].Items;
        var rows = new object?[raw.Length][];
        for (var r = 0; r < raw.Length; r++)
        {
            // A run-time error can come in the middle of the rows.
            var cells = raw[r].OrThrow().Items;
            var row = new object?[cells.Length];
            for (var c = 0; c < cells.Length; c++)
            {
                row[c] = Cell(cells[c], schema);
            }

            rows[r] = row;
        }

        return new QueryResult(columns, rows, Statistics(parts[2]));
    }

    private static object? Cell(RespValue cell, GraphSchema schema)
    {
        var pair = cell.OrThrow().Items;
        return Value(pair[0].Integer, pair[1], schema);
    }

    private static object? Value(long type, RespValue value, GraphSchema schema) => type switch
    {
        1 => null,
        2 => value.Text,
        3 => value.Integer,
        4 => value.Text == "true",
        5 => Double(value),
        6 => List(value, schema),
        7 => Edge(value, schema),
        8 => Node(value, schema),
        9 => Path(value, schema),
        10 => Map(value, schema),
        11 => new Point(Double(value.Items[0]), Double(value.Items[1])),
        12 => Array.ConvertAll(value.Items, v => (float)Double(v)),
        13 => DateTime.UnixEpoch.AddSeconds(value.Integer),
        14 => DateOnly.FromDateTime(DateTime.UnixEpoch.AddSeconds(value.Integer)),
        15 => TimeOnly.FromDateTime(DateTime.UnixEpoch.AddSeconds(value.Integer)),
        16 => new CypherDuration(value.Integer),
        _ => throw new FalkorDbException(FalkorDbError.Protocol, $"The reply holds a value of the unknown type {type}."),
    };

    private static object?[] List(RespValue value, GraphSchema schema)
    {
        var items = value.Items;
        var list = new object?[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            list[i] = Cell(items[i], schema);
        }

        return list;
    }

    private static Dictionary<string, object?> Map(RespValue value, GraphSchema schema)
    {
        var items = value.Items;
        var map = new Dictionary<string, object?>(items.Length / 2);
        for (var i = 0; i + 1 < items.Length; i += 2)
        {
            map[items[i].Text] = Cell(items[i + 1], schema);
        }

        return map;
    }

    private static Node Node(RespValue value, GraphSchema schema)
    {
        var parts = value.Items;
        var ids = parts[1].Items;
        var labels = new string[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            labels[i] = schema.Label(ids[i].Integer);
        }

        return new Node(parts[0].Integer, labels, Properties(parts[2], schema));
    }

    private static Edge Edge(RespValue value, GraphSchema schema)
    {
        var parts = value.Items;
        return new Edge(parts[0].Integer, schema.Type(parts[1].Integer), parts[2].Integer, parts[3].Integer, Properties(parts[4], schema));
    }

    private static GraphPath Path(RespValue value, GraphSchema schema)
    {
        var parts = value.Items;
        return new GraphPath(
            Array.ConvertAll(List(Second(parts[0]), schema), n => (Node)n!),
            Array.ConvertAll(List(Second(parts[1]), schema), e => (Edge)e!));
    }

    private static RespValue Second(RespValue cell) => cell.Items[1];

    private static Dictionary<string, object?> Properties(RespValue value, GraphSchema schema)
    {
        var items = value.Items;
        var properties = new Dictionary<string, object?>(items.Length);
        foreach (var item in items)
        {
            var parts = item.Items;
            properties[schema.Key(parts[0].Integer)] = Value(parts[1].Integer, parts[2], schema);
        }

        return properties;
    }

    private static double Double(RespValue value) => double.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Statistics(RespValue value)
    {
        var statistics = new Dictionary<string, string>();
        foreach (var line in value.Items)
        {
            var text = line.Text;
            var colon = text.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0)
            {
                statistics[text[..colon]] = text[(colon + 2)..];
            }
        }

        return statistics;
    }
}
