using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.ServiceDefaults.Tests.Telemetry;

public sealed class LogScrubberTests
{
    [Fact]
    public async Task Log_records_leave_without_persons_and_secrets()
    {
        await using var app = await ObservedApp.StartAsync();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sample");
        logger.LogWarning("Sign-in of {Email} with {Password} from {Url}", "ann@example.org", "hunter2", new Uri("http://h/x?t=1"));

        var line = Assert.Single(app.Logs, l => l.Message?.StartsWith("Sign-in", StringComparison.Ordinal) == true);
        Assert.Equal("***", line.Attributes["Email"]);
        Assert.Equal("***", line.Attributes["Password"]);
        Assert.Equal("http://h/x", line.Attributes["Url"]);
        Assert.DoesNotContain("ann@example.org", line.Message);
    }

    [Fact]
    public async Task Exception_becomes_scrubbed_attributes()
    {
        await using var app = await ObservedApp.StartAsync();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sample");
        logger.LogError(new InvalidOperationException("no row for ann@example.org"), "Lookup failed");

        var line = Assert.Single(app.Logs, l => l.Message == "Lookup failed");
        Assert.Null(line.Exception);
        Assert.Equal("System.InvalidOperationException", line.Attributes["exception.type"]);
        Assert.Equal("no row for ***", line.Attributes["exception.message"]);
        Assert.DoesNotContain("ann@", (string)line.Attributes["exception.stacktrace"]!);
    }
}
