using System.Text.Json;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>
/// JSON may escape half of a surrogate pair (RFC 8259, section 8.2), which is no character: no text can hold it, and
/// reading it would fail somewhere behind the door.
/// </summary>
internal static class JsonText
{
    /// <summary>Throws the fault of a malformed body when a string or member name holds a lone surrogate.</summary>
    public static void RefuseLoneSurrogates(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Json.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (JsonException)
        {
            // Whoever parses the body says what is wrong with it, and where.
        }
        catch (InvalidOperationException)
        {
            throw new FaultException(new Fault(ErrorCodes.MalformedRequest, "The body holds half of a surrogate pair, which is no character."));
        }
    }
}
