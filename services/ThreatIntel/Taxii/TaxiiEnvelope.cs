using System.Text.Json;

namespace Platform.ThreatIntel.Taxii;

/// <summary>Reads an envelope (section 3.7) into the bytes of its objects.</summary>
internal static class TaxiiEnvelope
{
    /// <summary>The objects; null when the body is no envelope.</summary>
    public static List<ReadOnlyMemory<byte>>? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = 256 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            List<ReadOnlyMemory<byte>>? objects = [];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isObjects = reader.ValueTextEquals("objects"u8);
                reader.Read();
                if (!isObjects)
                {
                    reader.Skip();
                }
                else if ((objects = Objects(ref reader, body)) is null)
                {
                    return null;
                }
            }

            // Nothing but white space may follow.
            reader.Read();
            return objects;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<ReadOnlyMemory<byte>>? Objects(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return null;
        }

        var objects = new List<ReadOnlyMemory<byte>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            objects.Add(body[from..(int)reader.BytesConsumed]);
        }

        return objects;
    }
}
