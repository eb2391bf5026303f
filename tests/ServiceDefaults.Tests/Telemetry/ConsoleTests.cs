using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults.Tests.Telemetry;

public sealed class ConsoleTests
{
    [Fact]
    public void Lines_and_exceptions_are_scrubbed()
    {
        var text = new StringWriter();
        new ScrubbedConsoleFormatter(TimeProvider.System).Write(
            new LogEntry<string>(LogLevel.Error, "Sample", default, "mail of ann@example.org", new InvalidOperationException("Password=hunter2"), (s, _) => s),
            null,
            text);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3} fail Sample: mail of \*\*\*\n", text.ToString());
        Assert.Contains("System.InvalidOperationException: Password=***", text.ToString());
    }

    [Fact]
    public void Bad_setting_is_one_line_without_a_stack_trace()
    {
        var text = new StringWriter();
        var fault = new OptionsValidationException("x", typeof(object), ["Tenancy:KeyPepper must be set."]);
        new ScrubbedConsoleFormatter(TimeProvider.System).Write(
            new LogEntry<string>(LogLevel.Error, "Host", default, "Hosting failed to start", fault, (s, _) => s), null, text);
        Assert.EndsWith("Hosting failed to start\nTenancy:KeyPepper must be set.\n", text.ToString());
    }

    [Theory]
    [InlineData(null, "platform")]
    [InlineData("simple", "platform")]
    [InlineData("json", "json")]
    public void Replaces_the_simple_formatter_only(string? configured, string expected)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new("Logging:Console:FormatterName", configured)]);
        builder.AddTelemetry("sample");
        using var services = builder.Services.BuildServiceProvider();
        Assert.Equal(expected, services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName);
        Assert.Contains(services.GetServices<ConsoleFormatter>(), f => f.Name == "platform");
    }
}
