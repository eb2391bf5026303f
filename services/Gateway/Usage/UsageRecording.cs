using System.Diagnostics;
using Platform.Contracts.Gateway;
using Platform.Gateway.Pipeline;

namespace Platform.Gateway.Usage;

/// <summary>Writes a row for every answer to an authenticated caller, before the answer is complete.</summary>
internal sealed partial class UsageRecording
{
    private readonly RequestDelegate _next;
    private readonly UsageJournal _journal;
    private readonly TimeProvider _clock;
    private readonly ILogger<UsageRecording> _log;
    private readonly Action<HttpContext, long> _record;

    public UsageRecording(RequestDelegate next, UsageJournal journal, TimeProvider clock, ILogger<UsageRecording> log)
    {
        _next = next;
        _journal = journal;
        _clock = clock;
        _log = log;
        _record = Record;
    }

    public Task InvokeAsync(HttpContext context) =>
        GatewayRequest.Of(context).Credential?.Tenant is null ? _next(context) : RecordAsync(context);

    private async Task RecordAsync(HttpContext context)
    {
        var plain = context.Response.Body;
        var body = new CountingBody(plain, context, _record);
        context.Response.Body = body;
        try
        {
            await _next(context);
            Record(context, body.Written);
        }
        catch
        {
            Record(context, body.Written, StatusCodes.Status500InternalServerError);
            throw;
        }
        finally
        {
            context.Response.Body = plain;
        }
    }

    private void Record(HttpContext context, long responseSize) => Record(context, responseSize, context.Response.StatusCode);

    private void Record(HttpContext context, long responseSize, int status)
    {
        var request = GatewayRequest.Of(context);
        if (request.Recorded)
        {
            return;
        }

        request.Recorded = true;
        var credential = request.Credential!;
        try
        {
            _journal.Append(new UsageEntry(
                credential.Caller.TenantId,
                credential.ApiKeyId,
                credential.Caller.Subject,
                EndpointNames.Of(context.Request.Path.Value ?? "/"),
                context.Request.Method,
                status,
                Math.Round(Stopwatch.GetElapsedTime(request.Started).TotalMilliseconds, 3),
                context.Request.ContentLength ?? 0,
                responseSize,
                _clock.GetUtcNow()));
        }
        catch (IOException exception)
        {
            // A full disk must not stop the door; it must be seen.
            LogNotRecorded(_log, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "A request could not be written to the usage journal: {Reason}")]
    private static partial void LogNotRecorded(ILogger logger, string reason);
}
