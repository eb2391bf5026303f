using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>In which form an answer goes (GraphQL over HTTP, 6.1).</summary>
internal enum ResponseForm
{
    /// <summary>Nothing that the client takes.</summary>
    None,

    /// <summary><c>application/json</c>: 200 whatever the document was.</summary>
    Json,

    /// <summary><c>application/graphql-response+json</c>: the status says how it went.</summary>
    Response,

    /// <summary><c>text/event-stream</c>.</summary>
    Events,
}

internal static class ResponseForms
{
    public static ResponseForm Of(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        if (accepted.Count == 0)
        {
            return ResponseForm.Json;
        }

        var best = ResponseForm.None;
        var bestQuality = 0d;
        foreach (var type in accepted)
        {
            var form = type.MediaType.Value?.ToLowerInvariant() switch
            {
                "application/graphql-response+json" => ResponseForm.Response,
                "application/json" or "application/*" or "*/*" => ResponseForm.Json,
                "text/event-stream" => ResponseForm.Events,
                _ => ResponseForm.None,
            };
            var quality = type.Quality ?? 1;
            if (form != ResponseForm.None && quality > bestQuality)
            {
                (best, bestQuality) = (form, quality);
            }
        }

        return best;
    }

    /// <summary>The status of an answer that was not executed.</summary>
    public static int StatusOf(ExecutionResult result, ResponseForm form) => result.HasData || form == ResponseForm.Json
        ? StatusCodes.Status200OK
        : StatusOf(result.Errors[0].Code);

    public static int StatusOf(string? code) => code switch
    {
        GraphQLEngine.TooExpensive => StatusCodes.Status422UnprocessableEntity,
        "QUERY_NOT_ALLOWED" or "INSUFFICIENT_PERMISSIONS" => StatusCodes.Status403Forbidden,
        "AUTHENTICATION_ERROR" or "AUTH_REQUIRED" => StatusCodes.Status401Unauthorized,
        "RATE_LIMIT_EXCEEDED" or "QUOTA_EXCEEDED" => StatusCodes.Status429TooManyRequests,
        "INTERNAL_SERVER_ERROR" => StatusCodes.Status500InternalServerError,
        "SERVICE_UNAVAILABLE" or "UPSTREAM_UNAVAILABLE" => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };
}
