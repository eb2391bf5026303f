using System.Buffers.Text;
using System.Text.Json;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph;

/// <summary>A cursor that names the last row seen: the value it was sorted by and its id.</summary>
internal static class KeysetCursor
{
    public static string Write(string value, string id) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new[] { value, id }));

    public static (string Value, string Id) Read(string cursor)
    {
        try
        {
            if (cursor.Length < 2000 && JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(cursor)) is [{ } value, { } id]
                && !value.Contains('\0', StringComparison.Ordinal) && !id.Contains('\0', StringComparison.Ordinal))
            {
                return (value, id);
            }
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
        }

        throw new FaultException(Faults.ValidationFault("cursor", "is not a cursor of this list"));
    }
}
