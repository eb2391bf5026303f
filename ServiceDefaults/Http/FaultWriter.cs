using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.ServiceDefaults;

/// <summary>
/// Writes faults: the v1 envelope, RFC 9457 problem documents in v2, TAXII's error messages under <c>/taxii2</c>, GraphQL's errors at
/// <c>/graphql</c>.
/// </summary>
public static class FaultWriter
{
    /// <summary>Where the page of each error code is.</summary>
    public const string DocsRoot = "/api/docs/errors/";

    /// <summary>Replaces whatever answer was begun (unless it has been sent) by the fault.</summary>
    public static Task WriteAsync(HttpContext context, Fault fault)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        // For whoever has to know why, such as an audit of what is refused.
        context.Features.Set(fault);
        response.StatusCode = fault.Status;
        response.Headers.CacheControl = "no-store";
        response.Headers.Remove("ETag");
        // Of a body that was announced and is replaced by this one.
        response.ContentLength = null;
        if (fault.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (fault.Status == 401 && response.Headers.WWWAuthenticate.Count == 0)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (context.Request.Path.StartsWithSegments("/taxii2", StringComparison.Ordinal))
        {
            return WriteTaxiiAsync(context, fault);
        }

        if (context.Request.Path == "/graphql")
        {
            return WriteGraphQLAsync(context, fault);
        }

        return context.GetApiVersion() == ApiVersion.V2 ? WriteProblemAsync(context, fault) : WriteEnvelopeAsync(context, fault);
    }

    private static Task WriteEnvelopeAsync(HttpContext context, Fault fault) => context.Response.WriteAsJsonAsync(
        new ErrorEnvelope(
            false,
            new ErrorBody(fault.Code, fault.Message, fault.Errors ?? fault.Details),
            Clock(context),
            context.TraceIdentifier,
            context.Request.Path.Value ?? ""),
        Json.Options,
        "application/json; charset=utf-8",
        context.RequestAborted);

    private static Task WriteProblemAsync(HttpContext context, Fault fault) => context.Response.WriteAsJsonAsync(
        new Problem(
            DocsRoot + fault.Code,
            Title(fault.Code),
            fault.Status,
            fault.Message,
            context.Request.Path.Value ?? "",
            fault.Code,
            fault.Errors,
            fault.Details,
            context.TraceIdentifier,
            Activity.Current?.TraceId.ToHexString()),
        Json.Options,
        "application/problem+json",
        context.RequestAborted);

    private static Task WriteTaxiiAsync(HttpContext context, Fault fault) => context.Response.WriteAsJsonAsync(
        new TaxiiError(Title(fault.Code), fault.Message, context.TraceIdentifier, fault.Code, fault.Status.ToString(CultureInfo.InvariantCulture), fault.Errors ?? fault.Details),
        Json.Options,
        "application/taxii+json;version=2.1",
        context.RequestAborted);

    /// <summary>An answer that was not executed (GraphQL, section 7.1.2); clients know a missing or wrong credential by one code.</summary>
    private static Task WriteGraphQLAsync(HttpContext context, Fault fault)
    {
        var isCredential = fault.Status == StatusCodes.Status401Unauthorized;
        var error = new GraphQLFault(
            fault.Message, new GraphQLFaultDetails(isCredential ? "AUTHENTICATION_ERROR" : fault.Code, isCredential ? fault.Code : null, fault.Status, context.TraceIdentifier, fault.Errors));
        return context.Response.WriteAsJsonAsync(
            new GraphQLFaults([error]),
            Json.Options,
            context.Request.Headers.Accept.ToString().Contains("graphql-response+json", StringComparison.OrdinalIgnoreCase)
                ? "application/graphql-response+json; charset=utf-8"
                : "application/json; charset=utf-8",
            context.RequestAborted);
    }

    internal static DateTimeOffset Clock(HttpContext context) =>
        (context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System).GetUtcNow();

    private static string Title(string code) => string.Create(code.Length, code, static (span, text) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = text[i] == '_' ? ' ' : i == 0 ? text[i] : char.ToLowerInvariant(text[i]);
        }
    });
}

/// <summary>The v1 error answer.</summary>
public sealed record ErrorEnvelope(bool Success, ErrorBody Error, DateTimeOffset Timestamp, string RequestId, string Path);

/// <summary>What went wrong, in v1.</summary>
public sealed record ErrorBody(string Code, string Message, object? Details);

/// <summary>The v2 error answer: RFC 9457 with the members code, errors, details, request_id and trace_id.</summary>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Instance,
    string Code,
    IReadOnlyDictionary<string, string[]>? Errors,
    object? Details,
    string RequestId,
    string? TraceId);

/// <summary>The error answer under <c>/taxii2</c>: an error message of TAXII 2.1, section 3.6.1.</summary>
public sealed record TaxiiError(string Title, string Description, string ErrorId, string ErrorCode, string HttpStatus, object? Details);

/// <summary>The error answer at <c>/graphql</c>.</summary>
public sealed record GraphQLFaults(IReadOnlyList<GraphQLFault> Errors);

/// <summary>A GraphQL error (section 7.1.4).</summary>
public sealed record GraphQLFault(string Message, GraphQLFaultDetails Extensions);

/// <summary>What stands beside its message. Of a refused credential <c>reason</c> says why.</summary>
public sealed record GraphQLFaultDetails(string Code, string? Reason, int Status, string RequestId, IReadOnlyDictionary<string, string[]>? Errors);
