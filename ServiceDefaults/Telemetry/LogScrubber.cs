using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>The same for log records: values of attributes whose name gives them away, and whatever looks like a secret.</summary>
internal sealed class LogScrubber : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        if (data.FormattedMessage is { } message)
        {
            data.FormattedMessage = Scrub.Text(message);
        }

        if (data.Exception is { } exception)
        {
            ReplaceException(data, exception);
        }
        else if (data.Attributes is { Count: > 0 } attributes && NeedsScrubbing(attributes))
        {
            data.Attributes = Scrubbed(attributes, extra: 0);
        }
    }

    private static bool NeedsScrubbing(IReadOnlyList<KeyValuePair<string, object?>> attributes)
    {
        for (var i = 0; i < attributes.Count; i++)
        {
            if (!ReferenceEquals(attributes[i].Value, Value(attributes[i])))
            {
                return true;
            }
        }

        return false;
    }

    // The exporter would write the exception as it is; these are the attributes it would use (semantic conventions).
    private static void ReplaceException(LogRecord data, Exception exception)
    {
        var attributes = Scrubbed(data.Attributes ?? [], extra: 3);
        attributes.Add(new("exception.type", exception.GetType().FullName));
        attributes.Add(new("exception.message", Scrub.Text(exception.Message)));
        attributes.Add(new("exception.stacktrace", Scrub.Text(exception.ToString())));
        data.Attributes = attributes;
        data.Exception = null;
    }

    private static List<KeyValuePair<string, object?>> Scrubbed(IReadOnlyList<KeyValuePair<string, object?>> attributes, int extra)
    {
        var scrubbed = new List<KeyValuePair<string, object?>>(attributes.Count + extra);
        for (var i = 0; i < attributes.Count; i++)
        {
            scrubbed.Add(new(attributes[i].Key, Value(attributes[i])));
        }

        return scrubbed;
    }

    private static object? Value(KeyValuePair<string, object?> attribute) => attribute.Value switch
    {
        null => null,
        var value when Scrub.IsSensitiveName(attribute.Key) => value is Scrub.Mask ? value : Scrub.Mask,
        string text => Scrub.Text(text),
        // Rendered here, because the exporter would do it after the scrubbing.
        Uri uri => Scrub.Url(uri.OriginalString),
        var value => value,
    };
}
