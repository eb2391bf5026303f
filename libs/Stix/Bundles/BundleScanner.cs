using System.Text.Json;

namespace Stix.Bundles;

internal enum ScanOutcome
{
    /// <summary>An entry, or a fault in place of one.</summary>
    Item,

    /// <summary>More bytes are needed.</summary>
    More,

    /// <summary>The bundle ends here.</summary>
    End,
}

internal readonly record struct ScanStep(
    ScanOutcome Outcome, int Consumed, long Index = 0, int ObjectStart = 0, int ObjectLength = 0, StixFault? Fault = null);

/// <summary>
/// The state machine of <see cref="BundleReader"/>: finds the entries of <c>objects</c> in a window of bytes. It
/// keeps only the reader's state between windows, so that the window may move and grow.
/// </summary>
internal sealed class BundleScanner(BundleReaderOptions options)
{
    private enum Phase
    {
        Start,
        Top,
        TopValue,
        Objects,
        SkipTop,
        SkipEntry,
        End,
    }

    // The reader must survive what is too deep for one object, to go on with the next.
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 1_000_000 });
    private Phase _phase = Phase.Start;
    private string _property = "";
    private string? _type;
    private bool _hasObjects;
    private long _index;
    private int _skipDepth;

    public string? BundleId { get; private set; }

    public string? SpecVersion { get; private set; }

    public ScanStep Next(ReadOnlySpan<byte> window, bool isFinal, long position)
    {
        var reader = new Utf8JsonReader(window, isFinal, _state);
        try
        {
            while (true)
            {
                // Only whole steps are committed: what a step has read in part is read again from a larger window.
                var before = (int)reader.BytesConsumed;
                var state = reader.CurrentState;
                var step = Step(ref reader, window.Length - before);
                if (step is null)
                {
                    continue;
                }

                if (step.Value.Outcome == ScanOutcome.More)
                {
                    if (isFinal)
                    {
                        return Fatal(position + window.Length, "The text ends in the middle.");
                    }

                    _state = state;
                    return new ScanStep(ScanOutcome.More, before);
                }

                _state = reader.CurrentState;
                return step.Value with { Consumed = (int)reader.BytesConsumed };
            }
        }
        catch (JsonException)
        {
            return Fatal(position + reader.BytesConsumed, "The text is not JSON.");
        }
        catch (InvalidOperationException)
        {
            return Fatal(position + reader.BytesConsumed, "The text is not valid UTF-8.");
        }
    }

    private ScanStep Fatal(long position, string message)
    {
        if (_phase == Phase.End)
        {
            return new ScanStep(ScanOutcome.End, 0);
        }

        if (!_hasObjects)
        {
            throw new NotABundleException(message, position);
        }

        _phase = Phase.End;
        var fault = new StixFault($"$.objects[{_index}]", $"{message} Byte {position}.", IsFatal: true);
        return new ScanStep(ScanOutcome.Item, 0, _index, Fault: fault);
    }

    /// <summary>One step; null when it is done and gives nothing.</summary>
    private ScanStep? Step(ref Utf8JsonReader reader, int available)
    {
        switch (_phase)
        {
            case Phase.End:
                return new ScanStep(ScanOutcome.End, 0);
            case Phase.Objects:
                return Entry(ref reader, available);
            case Phase.SkipTop or Phase.SkipEntry:
                return SkipOn(ref reader);
        }

        if (!reader.Read())
        {
            return new ScanStep(ScanOutcome.More, 0);
        }

        switch (_phase)
        {
            case Phase.Start when reader.TokenType == JsonTokenType.StartObject:
                _phase = Phase.Top;
                return null;
            case Phase.Start:
                throw new NotABundleException("A STIX bundle is a JSON object.", reader.TokenStartIndex);
            case Phase.Top when reader.TokenType == JsonTokenType.PropertyName:
                _property = reader.ValueTextEquals("objects") ? "objects"
                    : reader.ValueTextEquals("type") ? "type"
                    : reader.ValueTextEquals("id") ? "id"
                    : reader.ValueTextEquals("spec_version") ? "spec_version" : "";
                _phase = Phase.TopValue;
                return null;
            case Phase.Top:
                CheckType(_type);
                _phase = Phase.End;
                return new ScanStep(ScanOutcome.End, 0);
            default:
                TopValue(ref reader);
                return null;
        }
    }

    private void TopValue(ref Utf8JsonReader reader)
    {
        _phase = Phase.Top;
        if (_property == "objects")
        {
            if (reader.TokenType != JsonTokenType.StartArray || _hasObjects)
            {
                throw new NotABundleException("objects of a bundle is one list.", reader.TokenStartIndex);
            }

            _hasObjects = true;
            _phase = Phase.Objects;
            return;
        }

        var text = reader.TokenType == JsonTokenType.String && _property.Length > 0 ? reader.GetString() : null;
        switch (_property)
        {
            case "type":
                CheckType(text);
                _type = text;
                break;
            case "id":
                BundleId = text;
                break;
            case "spec_version":
                SpecVersion = text;
                break;
        }

        BeginSkip(ref reader, Phase.SkipTop, Phase.Top);
    }

    private ScanStep? Entry(ref Utf8JsonReader reader, int available)
    {
        if (!reader.Read())
        {
            return new ScanStep(ScanOutcome.More, 0);
        }

        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _phase = Phase.Top;
            return null;
        }

        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var fault = new StixFault($"$.objects[{_index}]", "An entry must be an object.");
            BeginSkip(ref reader, Phase.SkipEntry, Phase.Objects);
            return new ScanStep(ScanOutcome.Item, 0, _index++, start, Fault: fault);
        }

        var depth = reader.CurrentDepth;
        var deepest = 0;
        while (true)
        {
            if (!reader.Read())
            {
                if (available <= options.MaxObjectBytes)
                {
                    return new ScanStep(ScanOutcome.More, 0);
                }

                // Everything that could be read of it is passed; the rest is skipped as it comes.
                _phase = Phase.SkipEntry;
                _skipDepth = depth;
                return new ScanStep(ScanOutcome.Item, 0, _index, start, Fault: TooLarge(_index++));
            }

            deepest = Math.Max(deepest, reader.CurrentDepth - depth);
            if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth)
            {
                break;
            }
        }

        var length = (int)reader.BytesConsumed - start;
        var refused = length > options.MaxObjectBytes ? TooLarge(_index)
            : deepest > options.MaxDepth ? new StixFault($"$.objects[{_index}]", $"The object is nested deeper than {options.MaxDepth} levels.")
            : null;
        return new ScanStep(ScanOutcome.Item, 0, _index++, start, length, refused);
    }

    private StixFault TooLarge(long index) =>
        new($"$.objects[{index}]", $"The object is larger than {options.MaxObjectBytes} bytes.");

    /// <summary>Passes over the value the reader stands on, piece by piece if it must be.</summary>
    private void BeginSkip(ref Utf8JsonReader reader, Phase skipping, Phase after)
    {
        var opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        _skipDepth = reader.CurrentDepth;
        _phase = opens ? skipping : after;
    }

    private ScanStep? SkipOn(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return new ScanStep(ScanOutcome.More, 0);
        }

        if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray && reader.CurrentDepth == _skipDepth)
        {
            _phase = _phase == Phase.SkipTop ? Phase.Top : Phase.Objects;
        }

        return null;
    }

    private static void CheckType(string? type)
    {
        if (type != "bundle")
        {
            throw new NotABundleException("The type of a STIX bundle is \"bundle\".", 0);
        }
    }
}
