using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Stix.Bundles;

/// <summary>Reads an <see cref="ObjectHead"/> and checks what every object must have.</summary>
public static class ObjectHeadReader
{
    private const int MaxNameLength = 10_000;

    private static readonly (string Name, byte[] Utf8)[] KnownNames = Array.ConvertAll(
        [
            "type", "id", "spec_version", "name", "created", "modified", "revoked", "created_by_ref",
            "object_marking_refs", "granular_markings", "relationship_type", "source_ref", "target_ref",
            "sighting_of_ref", "where_sighted_refs", "observed_data_refs", "x_mitre_deprecated",
        ],
        (string name) => (name, Encoding.UTF8.GetBytes(name)));

    /// <summary>Reads the head of an object; the path of a fault is relative to the object (<c>.created</c>).</summary>
    public static bool TryRead(ReadOnlySpan<byte> raw, out ObjectHead? head, out StixFault? fault)
    {
        head = null;
        if (!Utf8.IsValid(raw))
        {
            fault = new StixFault("", "The object holds bytes that are not valid UTF-8.");
            return false;
        }

        var builder = new Builder();
        try
        {
            fault = builder.Read(raw) ?? builder.Check();
        }
        catch (JsonException)
        {
            fault = new StixFault("", "The object is not well-formed JSON.");
        }
        catch (InvalidOperationException)
        {
            // A \uD800 without its partner is valid JSON and no text.
            fault = new StixFault("." + builder.Current, "The text holds an unpaired surrogate.");
        }

        if (fault is not null)
        {
            return false;
        }

        head = builder.Build();
        return true;
    }

    private ref struct Builder
    {
        private readonly List<string> _markings = [];
        private readonly HashSet<string> _seen = [];
        private string? _type, _id, _spec, _name, _createdBy, _relationship, _source, _target, _sightingOf, _where, _observed;
        private DateTimeOffset? _created, _modified;
        private bool _revoked, _deprecated;

        public Builder()
        {
        }

        public string Current { get; private set; } = "";

        public StixFault? Read(ReadOnlySpan<byte> raw)
        {
            var reader = new Utf8JsonReader(raw, new JsonReaderOptions { MaxDepth = 1_000 });
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var fault = Property(ref reader);
                if (fault is not null)
                {
                    return fault;
                }
            }

            return null;
        }

        private StixFault? Property(ref Utf8JsonReader reader)
        {
            var name = Known(ref reader);
            if (name.Length == 0)
            {
                reader.Skip();
                return null;
            }

            Current = name;
            if (!_seen.Add(name))
            {
                return new StixFault("." + name, "The property appears twice.");
            }

            reader.Read();
            return name switch
            {
                "type" => Text(ref reader, ref _type),
                "id" => Text(ref reader, ref _id),
                "spec_version" => Text(ref reader, ref _spec),
                "name" => Text(ref reader, ref _name),
                "created_by_ref" => Text(ref reader, ref _createdBy),
                "relationship_type" => Text(ref reader, ref _relationship),
                "source_ref" => Text(ref reader, ref _source),
                "target_ref" => Text(ref reader, ref _target),
                "sighting_of_ref" => Text(ref reader, ref _sightingOf),
                "created" => Time(ref reader, ref _created),
                "modified" => Time(ref reader, ref _modified),
                "revoked" => Flag(ref reader, ref _revoked),
                "x_mitre_deprecated" => Flag(ref reader, ref _deprecated),
                "where_sighted_refs" => First(ref reader, ref _where),
                "observed_data_refs" => First(ref reader, ref _observed),
                "object_marking_refs" => Markings(ref reader),
                _ => GranularMarkings(ref reader),
            };
        }

        private static string Known(ref Utf8JsonReader reader)
        {
            var text = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
            foreach (var (name, utf8) in KnownNames)
            {
                if (text.SequenceEqual(utf8))
                {
                    return name;
                }
            }

            return "";
        }

        private readonly StixFault? Text(ref Utf8JsonReader reader, ref string? value)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                return Wrong("must be a string");
            }

            value = reader.GetString();
            return null;
        }

        private readonly StixFault? Flag(ref Utf8JsonReader reader, ref bool value)
        {
            if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            {
                return Wrong("must be true or false");
            }

            value = reader.TokenType == JsonTokenType.True;
            return null;
        }

        private readonly StixFault? Time(ref Utf8JsonReader reader, ref DateTimeOffset? value)
        {
            if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || !StixTimestamp.TryParse(reader.ValueSpan, out var time))
            {
                return Wrong("must be an RFC 3339 timestamp in UTC with a Z");
            }

            value = time;
            return null;
        }

        private readonly StixFault? First(ref Utf8JsonReader reader, ref string? value)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                return Wrong("must be a list of identifiers");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    return Wrong("must be a list of identifiers");
                }

                value ??= reader.GetString();
            }

            return null;
        }

        private readonly StixFault? Markings(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                return Wrong("must be a list of identifiers");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    return Wrong("must be a list of identifiers");
                }

                _markings.Add(reader.GetString()!);
            }

            return null;
        }

        /// <summary>A part that is marked marks the whole: what may be seen of an object is not cut out of it.</summary>
        private readonly StixFault? GranularMarkings(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                return Wrong("must be a list of markings");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    return Wrong("must be a list of markings");
                }

                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isMarking = reader.ValueTextEquals("marking_ref");
                    reader.Read();
                    if (isMarking && reader.TokenType == JsonTokenType.String)
                    {
                        _markings.Add(reader.GetString()!);
                    }

                    reader.Skip();
                }
            }

            return null;
        }

        public readonly StixFault? Check()
        {
            if (_type is null)
            {
                return new StixFault(".type", "The object has no type.");
            }

            if (!StixId.IsType(_type))
            {
                return new StixFault(".type", "The type must be 3 to 250 characters of a-z, 0-9 and hyphen.");
            }

            var kind = StixTypes.KindOf(_type);
            if (_id is null)
            {
                return kind == StixKind.Observable ? null : new StixFault(".id", "The object has no id.");
            }

            if (!StixId.TrySplit(_id, out var idType))
            {
                return new StixFault(".id", "The id must be a type, two hyphens and a UUID.");
            }

            if (!idType.SequenceEqual(_type))
            {
                return new StixFault(".id", "The id names another type than the object's.");
            }

            if (_name is { Length: > MaxNameLength })
            {
                return new StixFault(".name", "The name is too long.");
            }

            return CheckTimes(kind) ?? CheckRefs();
        }

        private readonly StixFault? CheckTimes(StixKind kind)
        {
            if (_created is null && kind is StixKind.Domain or StixKind.Relationship or StixKind.Meta)
            {
                return new StixFault(".created", "The object has no created.");
            }

            if (_modified is null && kind is StixKind.Domain or StixKind.Relationship)
            {
                return new StixFault(".modified", "The object has no modified.");
            }

            return _modified < _created ? new StixFault(".modified", "modified is earlier than created.") : null;
        }

        private readonly StixFault? CheckRefs()
        {
            if (_type == StixTypes.Relationship)
            {
                return _relationship is not { Length: > 0 and <= 250 } ? new StixFault(".relationship_type", "The relationship has no type.")
                    : !StixId.IsValid(_source) ? new StixFault(".source_ref", "source_ref must be an identifier.")
                    : !StixId.IsValid(_target) ? new StixFault(".target_ref", "target_ref must be an identifier.")
                    : null;
            }

            if (_type == StixTypes.Sighting)
            {
                return !StixId.IsValid(_sightingOf) ? new StixFault(".sighting_of_ref", "sighting_of_ref must be an identifier.")
                    : _where is not null && !StixId.IsValid(_where) ? new StixFault(".where_sighted_refs", "must be identifiers")
                    : _observed is not null && !StixId.IsValid(_observed) ? new StixFault(".observed_data_refs", "must be identifiers")
                    : _createdBy is not null && !StixId.IsValid(_createdBy) ? new StixFault(".created_by_ref", "must be an identifier")
                    : null;
            }

            return null;
        }

        public readonly ObjectHead Build() => new()
        {
            Type = _type!,
            Id = _id,
            SpecVersion = _spec,
            Created = _created,
            Modified = _modified,
            Revoked = _revoked,
            Deprecated = _deprecated,
            Name = _name,
            CreatedByRef = _createdBy,
            MarkingRefs = _markings,
            RelationshipType = _relationship,
            SourceRef = _source,
            TargetRef = _target,
            SightingOfRef = _sightingOf,
            WhereSightedRef = _where,
            ObservedDataRef = _observed,
        };

        private readonly StixFault Wrong(string rule) => new("." + Current, $"{Current} {rule}.");
    }
}
