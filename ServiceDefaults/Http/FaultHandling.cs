using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>Turns every exception and every bare error status into a fault of the request's convention.</summary>
public static partial class FaultHandling
{
    public static IApplicationBuilder UseFaults(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Faults");
        return app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The client went away; 499 is for the logs only.
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return;
            }
            catch (Exception exception)
            {
                var fault = FromException(exception);
                if (fault.Status >= 500)
                {
                    LogUnexpected(log, exception, context.Request.Method, context.Request.Path);
                }

                context.Features.Get<IHttpActivityFeature>()?.Activity?.AddException(exception);
                await FaultWriter.WriteAsync(context, fault);
                return;
            }

            var response = context.Response;
            if (response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null && response.ContentLength is null or 0)
            {
                await FaultWriter.WriteAsync(context, ForStatus(response.StatusCode));
            }
        });
    }

    /// <summary>The fault that an exception shows to the client: its own, or one that tells no internals.</summary>
    internal static Fault FromException(Exception exception) => exception switch
    {
        FaultException fault => fault.Fault,
        BadHttpRequestException bad => ForStatus(bad.StatusCode),
        DbUpdateConcurrencyException => new Fault(ErrorCodes.Conflict, "The resource was changed by somebody else at the same moment."),
        DbUpdateException { InnerException: PostgresException inner } => FromPostgres(inner),
        PostgresException postgres => FromPostgres(postgres),
        NpgsqlException or DbException => DatabaseAway,
        UpstreamException { Failure: UpstreamFailure.Timeout } => new Fault(
            ErrorCodes.UpstreamTimeout, "A service that this answer needs took too long.", RetryAfter: TimeSpan.FromSeconds(5)),
        UpstreamException upstream => new Fault(
            ErrorCodes.UpstreamUnavailable, "A service that this answer needs cannot be reached.", RetryAfter: upstream.RetryAfter ?? TimeSpan.FromSeconds(5)),
        OutboundRefusedException refused => new Fault(ErrorCodes.UpstreamUnavailable, refused.Message),
        TimeoutException => new Fault(ErrorCodes.UpstreamTimeout, "The work took too long.", RetryAfter: TimeSpan.FromSeconds(5)),
        InvalidOperationException { InnerException: NpgsqlException } => DatabaseAway,
        _ => new Fault(ErrorCodes.InternalServerError, "Something went wrong on our side."),
    };

    private static Fault DatabaseAway => new(ErrorCodes.DatabaseError, "The database cannot be reached.", RetryAfter: TimeSpan.FromSeconds(5));

    private static Fault FromPostgres(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => new Fault(ErrorCodes.ResourceExists, "Such a resource exists already."),
        PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire =>
            new Fault(ErrorCodes.ValidationError, "The text holds a character that cannot be stored (U+0000)."),
        PostgresErrorCodes.QueryCanceled => new Fault(ErrorCodes.QueryTooExpensive, "The query took too long."),
        _ when exception.IsTransient => DatabaseAway,
        _ => new Fault(ErrorCodes.InternalServerError, "Something went wrong on our side."),
    };

    internal static Fault ForStatus(int status)
    {
        var code = ErrorCodes.ForStatus(status);
        return new Fault(code, code switch
        {
            ErrorCodes.MalformedRequest => "The request cannot be understood.",
            ErrorCodes.AuthRequired => "Sign in first, or send an API key.",
            ErrorCodes.InsufficientPermissions => "You do not have the permission for this.",
            ErrorCodes.NotFound => "There is nothing at this address.",
            ErrorCodes.MethodNotAllowed => "This address does not take that method.",
            ErrorCodes.PayloadTooLarge => "The body is too large.",
            ErrorCodes.UnsupportedMediaType => "The body has a content type that is not accepted here.",
            ErrorCodes.HeadersTooLarge => "The headers are too large.",
            ErrorCodes.UriTooLong => "The address is too long.",
            ErrorCodes.ServiceUnavailable => "The service is not able to answer right now.",
            _ => "The request failed.",
        });
    }

    [LoggerMessage(LogLevel.Error, "Unhandled exception in {Method} {Path}")]
    private static partial void LogUnexpected(ILogger logger, Exception exception, string method, string path);
}
