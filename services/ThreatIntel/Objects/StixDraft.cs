using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts;
using Stix;

namespace Platform.ThreatIntel.Objects;

/// <summary>A STIX object that a request makes: what is absent is left out.</summary>
internal sealed class StixDraft
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _json;

    public StixDraft(string type, DateTimeOffset now)
    {
        Id = StixId.Create(type, Guid.NewGuid());
        var time = StixTimestamp.Format(now);
        _json = new JsonObject { ["type"] = type, ["spec_version"] = "2.1", ["id"] = Id, ["created"] = time, ["modified"] = time };
    }

    public string Id { get; }

    public StixDraft Add(string name, string? value) => value is null ? this : Put(name, value);

    public StixDraft Add(string name, int? value) => value is null ? this : Put(name, value.Value);

    public StixDraft Add(string name, DateTimeOffset? value) => value is null ? this : Put(name, StixTimestamp.Format(value.Value));

    public StixDraft Add(string name, IReadOnlyList<string>? values) =>
        values is null or { Count: 0 } ? this : Put(name, new JsonArray([.. values.Select(value => JsonValue.Create(value))]));

    public StixDraft Put(string name, JsonNode value)
    {
        _json[name] = value;
        return this;
    }

    /// <summary>Marks the object; clear needs no marking.</summary>
    public StixDraft Mark(TlpLevel level) =>
        level == TlpLevel.Clear ? this : Put("object_marking_refs", new JsonArray(TlpMarking.IdOf((Tlp)level)));

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(_json, Compact);
}
