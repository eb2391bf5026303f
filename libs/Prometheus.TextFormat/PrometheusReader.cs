using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Prometheus.TextFormat;

/// <summary>
/// A metric reader that collects when it is asked for the text. Add it to a meter provider with <c>AddReader</c>, then
/// call <see cref="Scrape"/> per scrape.
/// </summary>
/// <remarks>Temporality is cumulative, as Prometheus expects. Safe for concurrent scrapes; they run one after another.</remarks>
public sealed class PrometheusReader : BaseExportingMetricReader
{
    /// <summary>The media type of the answer: text exposition format 0.0.4.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _scraping = new();
    private readonly TextExporter _text;

    /// <summary>Creates the reader; one belongs to one meter provider.</summary>
    public PrometheusReader()
        : this(new TextExporter())
    {
    }

    private PrometheusReader(TextExporter text)
        : base(text)
    {
        _text = text;
        TemporalityPreference = MetricReaderTemporalityPreference.Cumulative;
    }

    /// <summary>Collects every instrument and returns all of them as text.</summary>
    /// <exception cref="InvalidOperationException">The reader belongs to no provider, or a collection failed.</exception>
    public string Scrape()
    {
        lock (_scraping)
        {
            _text.Wanted = true;
            _text.Written = null;
            // A flush that runs already is shared by Collect and may have passed the exporter before the text was wanted.
            for (var attempt = 0; attempt < 3 && _text.Written is null; attempt++)
            {
                Collect();
            }

            _text.Wanted = false;
            return _text.Written ?? throw new InvalidOperationException("The metrics could not be collected.");
        }
    }

    private sealed class TextExporter : BaseExporter<Metric>
    {
        public volatile bool Wanted;
        public volatile string? Written;

        public override ExportResult Export(in Batch<Metric> batch)
        {
            if (Wanted)
            {
                var metrics = new List<Metric>();
                foreach (var metric in batch)
                {
                    metrics.Add(metric);
                }

                var text = new StringBuilder(16 * 1024);
                new ExpositionWriter(text).Write(metrics, ParentProvider?.GetResource());
                Written = text.ToString();
            }

            return ExportResult.Success;
        }
    }
}
