using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>Answers requests over HTTP (GraphQL over HTTP, 5 and 6).</summary>
internal sealed class GraphQLHandler(GraphQLEngine engine, GraphQLHttpOptions options)
{
    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (context.WebSockets.IsWebSocketRequest)
        {
            return new SocketHandler(engine, options).HandleAsync(context);
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsPost(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, POST";
            return Task.CompletedTask;
        }

        return options.Page is { } page && HttpMethods.IsGet(request.Method) && !request.Query.ContainsKey("query") && AsksForPage(request) ? page(context) : AnswerAsync(context);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var form = ResponseForms.Of(context.Request);
        if (form == ResponseForm.None)
        {
            context.Response.StatusCode = StatusCodes.Status406NotAcceptable;
            return;
        }

        try
        {
            var (requests, isBatch) = await RequestReader.ReadAsync(context, options);
            if (isBatch)
            {
                await AnswerAsync(context, requests, form);
            }
            else
            {
                await AnswerAsync(context, requests[0], form);
            }
        }
        catch (BadRequestException refused)
        {
            await WriteAsync(context, ExecutionResult.Refused(refused.Error), form, refused.Status);
        }
    }

    private async Task AnswerAsync(HttpContext context, RequestParameters parameters, ResponseForm form)
    {
        var scope = options.Scope(context);
        var admitted = await AdmitAsync(context, parameters, scope);
        if (form == ResponseForm.Events)
        {
            await EventStream.WriteAsync(context, engine, admitted, scope, options);
            return;
        }

        if (admitted.IsAdmitted && admitted.Kind != OperationKind.Query && HttpMethods.IsGet(context.Request.Method))
        {
            // A link must not change anything.
            context.Response.Headers.Allow = "POST";
            var refusal = new GraphQLError("GET is for queries alone.") { Code = "QUERY_NOT_ALLOWED" };
            await WriteAsync(context, ExecutionResult.Refused(refusal), form, StatusCodes.Status405MethodNotAllowed);
            return;
        }

        var kept = admitted.IsAdmitted && admitted.Cache.MaxAge > 0 ? options.Kept : null;
        if (kept is not null && await kept.Find(context, admitted, context.RequestAborted) is { } known)
        {
            await WriteAsync(context, known, form, StatusCodes.Status200OK, CacheControl(context, admitted.Cache));
            return;
        }

        var result = await engine.ExecuteAsync(admitted, scope, context.RequestAborted);
        var body = result.ToJson();
        if (kept is not null && result.Cache is { MaxAge: > 0 })
        {
            await kept.Store(context, admitted, body, context.RequestAborted);
        }

        await WriteAsync(context, body, form, ResponseForms.StatusOf(result, form), CacheControl(context, result.Cache));
    }

    /// <summary>A batch: queries side by side, and one after another as soon as one of them changes something.</summary>
    private async Task AnswerAsync(HttpContext context, IReadOnlyList<RequestParameters> requests, ResponseForm form)
    {
        if (form == ResponseForm.Events)
        {
            throw new BadRequestException(StatusCodes.Status400BadRequest, "A batch has no stream.");
        }

        var answers = new List<Task<ExecutionResult>>();
        foreach (var parameters in requests)
        {
            var scope = options.Scope(context);
            var admitted = await AdmitAsync(context, parameters, scope);
            var answer = engine.ExecuteAsync(admitted, scope, context.RequestAborted);
            answers.Add(answer);
            if (admitted.IsAdmitted && admitted.Kind != OperationKind.Query)
            {
                await Task.WhenAll(answers);
            }
        }

        var results = await Task.WhenAll(answers);
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream, ResultWriter.Options))
        {
            writer.WriteStartArray();
            foreach (var result in results)
            {
                result.Write(writer);
            }

            writer.WriteEndArray();
        }

        await WriteAsync(context, stream.GetBuffer().AsMemory(0, (int)stream.Length), form, StatusCodes.Status200OK, "no-store");
    }

    private async ValueTask<AdmittedRequest> AdmitAsync(HttpContext context, RequestParameters parameters, RequestScope scope)
    {
        var ct = context.RequestAborted;
        var (text, refusal) = await options.Persisted.ResolveAsync(parameters, ct);
        if (text is null)
        {
            return new AdmittedRequest { Errors = [refusal!] };
        }

        var admitted = engine.Admit(new GraphQLRequest(text, parameters.OperationName, parameters.Variables), scope);
        if (!admitted.IsAdmitted)
        {
            return admitted;
        }

        await options.Persisted.RememberAsync(parameters, ct);
        return options.Admit is { } admit && await admit(context, admitted, ct) is { } denied ? new AdmittedRequest { Errors = [denied] } : admitted;
    }

    private static bool AsksForPage(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    private Task WriteAsync(HttpContext context, ExecutionResult result, ResponseForm form, int status) =>
        WriteAsync(context, result.ToJson(), form, status, CacheControl(context, result.Cache));

    private string CacheControl(HttpContext context, CachePolicy? policy) => policy is { MaxAge: > 0 } && HttpMethods.IsGet(context.Request.Method)
        ? string.Create(CultureInfo.InvariantCulture, $"{(policy.IsPrivate || options.AreForCredentials ? "private" : "public")}, max-age={policy.MaxAge}")
        : "no-store";

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, ResponseForm form, int status, string cacheControl)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = form == ResponseForm.Response ? "application/graphql-response+json; charset=utf-8" : "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = cacheControl;
        response.Headers.Vary = "Accept";
        await response.Body.WriteAsync(body, context.RequestAborted);
    }
}
