using System.Globalization;
using System.Text;
using Google.Protobuf.Collections;
using Otlp.V1;

namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>Attributes as people read them, and cut to what the dashboard keeps.</summary>
internal static class Attributes
{
    private const int Depth = 8;

    public static KeyValuePair<string, string>[] Read(IList<KeyValue>? attributes, TelemetryLimits limits)
    {
        if (attributes is null || attributes.Count == 0)
        {
            return [];
        }

        var read = new KeyValuePair<string, string>[Math.Min(attributes.Count, limits.Attributes)];
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = new(Cut(attributes[i].Key, limits), Cut(Text(attributes[i].Value), limits));
        }

        return read;
    }

    /// <summary>Cuts in place what is too many or too long, so that it is small before it is kept.</summary>
    public static uint Trim(RepeatedField<KeyValue> attributes, TelemetryLimits limits)
    {
        uint dropped = 0;
        while (attributes.Count > limits.Attributes)
        {
            attributes.RemoveAt(attributes.Count - 1);
            dropped++;
        }

        foreach (var attribute in attributes)
        {
            attribute.Key = Cut(attribute.Key, limits);
            Trim(attribute.Value, limits);
        }

        return dropped;
    }

    public static void Trim(AnyValue? value, TelemetryLimits limits)
    {
        if (value is { ValueCase: AnyValue.ValueOneofCase.StringValue } text && text.StringValue.Length > limits.TextLength)
        {
            text.StringValue = Cut(text.StringValue, limits);
        }
        else if (value is { ValueCase: AnyValue.ValueOneofCase.BytesValue or AnyValue.ValueOneofCase.ArrayValue or AnyValue.ValueOneofCase.KvlistValue }
            && value.CalculateSize() > limits.TextLength)
        {
            value.StringValue = Cut(Text(value), limits);
        }
    }

    public static string Cut(string text, TelemetryLimits limits)
    {
        if (text.Length <= limits.TextLength)
        {
            return text;
        }

        // Not between the two halves of one character.
        var length = char.IsHighSurrogate(text[limits.TextLength - 1]) ? limits.TextLength - 1 : limits.TextLength;
        return string.Concat(text.AsSpan(0, length), "…");
    }

    public static string Text(AnyValue? value)
    {
        switch (value?.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                return value.StringValue;
            case AnyValue.ValueOneofCase.BoolValue:
                return value.BoolValue ? "true" : "false";
            case AnyValue.ValueOneofCase.IntValue:
                return value.IntValue.ToString(CultureInfo.InvariantCulture);
            case AnyValue.ValueOneofCase.DoubleValue:
                return value.DoubleValue.ToString("R", CultureInfo.InvariantCulture);
            case AnyValue.ValueOneofCase.BytesValue:
                return value.BytesValue.ToBase64();
            case null or AnyValue.ValueOneofCase.None:
                return "";
            default:
                var text = new StringBuilder();
                Append(text, value, Depth);
                return text.ToString();
        }
    }

    private static void Append(StringBuilder text, AnyValue? value, int depth)
    {
        if (depth == 0)
        {
            text.Append('…');
        }
        else if (value?.ValueCase == AnyValue.ValueOneofCase.ArrayValue)
        {
            text.Append('[');
            for (var i = 0; i < value.ArrayValue.Values.Count; i++)
            {
                text.Append(i == 0 ? "" : ", ");
                Append(text, value.ArrayValue.Values[i], depth - 1);
            }

            text.Append(']');
        }
        else if (value?.ValueCase == AnyValue.ValueOneofCase.KvlistValue)
        {
            text.Append('{');
            for (var i = 0; i < value.KvlistValue.Values.Count; i++)
            {
                text.Append(i == 0 ? "" : ", ").Append(value.KvlistValue.Values[i].Key).Append(": ");
                Append(text, value.KvlistValue.Values[i].Value, depth - 1);
            }

            text.Append('}');
        }
        else
        {
            text.Append(Text(value));
        }
    }
}
