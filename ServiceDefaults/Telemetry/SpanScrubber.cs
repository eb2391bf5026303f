using System.Diagnostics;
using OpenTelemetry;

namespace Platform.ServiceDefaults.Telemetry;

/// <summary>Takes from every span what could name a person or hold a secret, before any exporter sees it.</summary>
internal sealed class SpanScrubber : BaseProcessor<Activity>
{
    private static readonly string[] Personal =
    [
        "url.query", "client.address", "network.peer.address", "user_agent.original", "enduser.id",
        "db.connection_string", "db.user", "db.npgsql.data_source",
    ];

    public override void OnEnd(Activity data)
    {
        foreach (var name in Personal)
        {
            if (data.GetTagItem(name) is not null)
            {
                data.SetTag(name, null);
            }
        }

        Rewrite(data, "url.path", Scrub.Text);
        Rewrite(data, "url.full", static url => Scrub.Text(Scrub.Url(url)));
        Rewrite(data, "db.query.text", Scrub.SqlLiterals);
        Rewrite(data, "db.statement", Scrub.SqlLiterals);
        if (data.Status == ActivityStatusCode.Error && data.StatusDescription is { } description)
        {
            data.SetStatus(ActivityStatusCode.Error, Scrub.Text(description));
        }

        SpanEvents.Scrub(data);
    }

    private static void Rewrite(Activity span, string name, Func<string, string> scrub)
    {
        if (span.GetTagItem(name) is string value)
        {
            var scrubbed = scrub(value);
            if (!ReferenceEquals(scrubbed, value))
            {
                span.SetTag(name, scrubbed);
            }
        }
    }
}
