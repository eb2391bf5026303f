using System.Diagnostics;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults.Tests.Telemetry;

public sealed class SpanScrubberTests
{
    private static Activity Scrubbed(Action<Activity> fill)
    {
        var span = new Activity("x") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
        fill(span);
        span.Stop();
        using var scrubber = new SpanScrubber();
        scrubber.OnEnd(span);
        return span;
    }

    [Fact]
    public void Tags_that_name_a_person_or_hold_a_secret_go()
    {
        var span = Scrubbed(s => s
            .SetTag("url.query", "?email=a@b.c")
            .SetTag("client.address", "203.0.113.9")
            .SetTag("user_agent.original", "x")
            .SetTag("db.user", "app")
            .SetTag("url.path", "/users/ann@example.org/keys/42")
            .SetTag("url.full", "http://u:p@host/feed?key=1")
            .SetTag("db.query.text", "SET LOCAL app.tenant_id = '0190'; select $1")
            .SetTag("http.route", "/a"));
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["url.path"] = "/users/***/keys/42",
                ["url.full"] = "http://host/feed",
                ["db.query.text"] = "SET LOCAL app.tenant_id = ?; select $1",
                ["http.route"] = "/a",
            },
            span.TagObjects.ToDictionary());
    }

    [Fact]
    public void Exception_events_keep_type_and_frames_and_lose_messages()
    {
        var thrown = Assert.Throws<InvalidOperationException>(Fail);
        var span = Scrubbed(s =>
        {
            s.AddEvent(new ActivityEvent("received-first-response"));
            s.AddException(thrown);
        });

        Assert.True(span.Recorded);
        Assert.Equal(["received-first-response", "exception"], span.Events.Select(e => e.Name));
        var tags = span.Events.Last().Tags.ToDictionary();
        Assert.Equal("System.InvalidOperationException", tags["exception.type"]);
        Assert.DoesNotContain("exception.message", tags.Keys);
        Assert.Contains(nameof(Fail), (string)tags["exception.stacktrace"]!);
        Assert.DoesNotContain("4711", (string)tags["exception.stacktrace"]!);
    }

    [Fact]
    public void Status_description_is_scrubbed()
    {
        var span = Scrubbed(s => s.SetStatus(ActivityStatusCode.Error, "login of ann@example.org"));
        Assert.Equal("login of ***", span.StatusDescription);
    }

    private static void Fail() => throw new InvalidOperationException("card 4711\nsecond line 4711");
}
