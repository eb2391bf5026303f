using System.Buffers;
using System.Text.Json;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>Turns chat events into frames of one of the two profiles.</summary>
internal abstract class Frames
{
    /// <summary>The profile that a client asks for with <c>Accept: text/event-stream; profile=v2</c>.</summary>
    public const string TypedProfile = "v2";

    /// <param name="accept">What the client accepts.</param>
    /// <param name="answerId">Begins the ids of typed events.</param>
    /// <param name="sent">How many events the client has already.</param>
    public static Frames For(string accept, Guid answerId, int sent = 0) => AsksForTyped(accept) ? new TypedFrames(new LastEventId(answerId, sent)) : new SeedFrames();

    /// <summary>The content type that names the profile.</summary>
    public abstract string ContentType { get; }

    /// <summary>Writes the frame of an event; nothing where the profile has none for it.</summary>
    public abstract void Write(IBufferWriter<byte> output, ChatEvent chatEvent);

    public static bool AsksForTyped(string accept)
    {
        foreach (var range in accept.Split(','))
        {
            if (Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(range, out var type)
                && type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase))
            {
                foreach (var parameter in type.Parameters)
                {
                    if (parameter.Name.Equals("profile", StringComparison.OrdinalIgnoreCase)
                        && Microsoft.Net.Http.Headers.HeaderUtilities.RemoveQuotes(parameter.Value).Equals(TypedProfile, StringComparison.OrdinalIgnoreCase))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }
}

/// <summary>The seed contract: <c>data: {"content":…}</c> … <c>data: {"done":true}</c>, or <c>data: {"error":…}</c>.</summary>
internal sealed class SeedFrames : Frames
{
    public override string ContentType => "text/event-stream";

    public override void Write(IBufferWriter<byte> output, ChatEvent chatEvent)
    {
        switch (chatEvent)
        {
            case TextEvent text:
                SseWriter.WriteEvent(output, null, null, Body(new { content = text.Delta }));
                break;
            case DoneEvent:
                SseWriter.WriteEvent(output, null, null, Body(new { done = true }));
                break;
            case ErrorEvent error:
                SseWriter.WriteEvent(output, null, null, Body(new { error = error.Message }));
                break;
        }
    }

    private static byte[] Body<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Json.Options);
}

/// <summary>Typed events, each with an id <c>{answer}-{number}</c> that counts up without gaps, from 1 or from where the client stopped.</summary>
internal sealed class TypedFrames(LastEventId last) : Frames
{
    private int _number = last.Number;

    public override string ContentType => "text/event-stream; profile=v2";

    public override void Write(IBufferWriter<byte> output, ChatEvent chatEvent)
    {
        var (name, data) = TypedEvents.Of(chatEvent);
        SseWriter.WriteEvent(output, new LastEventId(last.AnswerId, ++_number).ToString(), name, JsonSerializer.SerializeToUtf8Bytes(data, Json.Options));
    }
}
