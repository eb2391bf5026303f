using System.Net.Mime;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using MassTransit.Serialization;

namespace Platform.ServiceDefaults;

/// <summary>
/// Puts an event into MassTransit's envelope as the outbox holds it. It was written once, with the change it tells of;
/// reading it back to write it again would be the larger part of what the relay does.
/// </summary>
internal sealed class WrittenEvent(byte[] json) : IMessageSerializer
{
    private static readonly JsonSerializerOptions Options = new(SystemTextJsonMessageSerializer.Options) { Converters = { new AsWritten() } };

    private readonly Body _body = new(json);

    public ContentType ContentType => SystemTextJsonMessageSerializer.JsonContentType;

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class =>
        new SystemTextJsonMessageBody<T>(context, Options, new JsonMessageEnvelope(context, _body));

    /// <summary>Stands for the event where MassTransit asks for an object: only its type is looked at.</summary>
    public static object StandIn(Type type) => RuntimeHelpers.GetUninitializedObject(type);

    private sealed record Body(byte[] Json);

    private sealed class AsWritten : JsonConverter<Body>
    {
        public override Body Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Body value, JsonSerializerOptions options) => writer.WriteRawValue(value.Json, skipInputValidation: true);
    }
}
