using System.Diagnostics;
using System.Reflection;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>
/// Rewrites the exception events that database and HTTP clients put on their spans: the type and the frames stay, the
/// message goes, because it quotes values (a database repeats the row it refuses).
/// </summary>
internal static class SpanEvents
{
    // An activity only lets events be added. When the field is not there (another runtime), the span is not exported.
    private static readonly FieldInfo? Events = typeof(Activity).GetField("_events", BindingFlags.Instance | BindingFlags.NonPublic);

    public static void Scrub(Activity span)
    {
        var tells = false;
        foreach (ref readonly var item in span.EnumerateEvents())
        {
            tells |= IsException(item);
        }

        if (!tells)
        {
            return;
        }

        if (Events is null)
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

        var kept = span.Events.Select(item => IsException(item) ? WithoutMessage(item) : item).ToList();
        Events.SetValue(span, null);
        foreach (var item in kept)
        {
            span.AddEvent(item);
        }
    }

    private static bool IsException(in ActivityEvent item) => item.Name == "exception";

    private static ActivityEvent WithoutMessage(ActivityEvent item)
    {
        var tags = new ActivityTagsCollection();
        foreach (var (name, value) in item.Tags)
        {
            if (name == "exception.stacktrace")
            {
                tags[name] = FramesOf(value as string);
            }
            else if (name != "exception.message")
            {
                tags[name] = value;
            }
        }

        return new ActivityEvent(item.Name, item.Timestamp, tags);
    }

    private static string FramesOf(string? stackTrace) => string.Join(
        '\n',
        (stackTrace ?? "").Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.StartsWith("   at ", StringComparison.Ordinal)));
}
