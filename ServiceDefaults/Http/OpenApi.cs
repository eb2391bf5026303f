using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.OpenApi;

namespace Platform.ServiceDefaults;

/// <summary>The OpenAPI 3.1 document of one service, from the code: <c>/openapi/v1.json</c> and <c>/openapi/v2.json</c>.</summary>
public static class OpenApi
{
    public static IHostApplicationBuilder AddOpenApiDocuments(this IHostApplicationBuilder builder)
    {
        foreach (var version in new[] { "v1", "v2" })
        {
            builder.Services.AddOpenApi(version, options =>
            {
                options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                options.AddOperationTransformer(DescribeAsync);
            });
        }

        return builder;
    }

    private static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var path = context.Description.RelativePath ?? "";
        var enveloped = !path.StartsWith("api/v2", StringComparison.Ordinal) && !metadata.OfType<UnwrappedMetadata>().Any();
        operation.Responses ??= [];
        if (enveloped)
        {
            foreach (var (status, response) in operation.Responses)
            {
                if (status.StartsWith('2') && response.Content?.TryGetValue("application/json", out var media) == true && media.Schema is { } schema)
                {
                    media.Schema = Envelope(schema);
                }
            }
        }

        if (metadata.OfType<RequiredPermission>().LastOrDefault() is { } permission)
        {
            operation.Description = $"{operation.Description}\n\nNeeds the permission `{permission.Permission}`{(permission.OrElse is { } narrower ? $" or `{narrower}`" : "")}.".Trim();
            AddFault(operation, "401", "No valid credential.", enveloped);
            AddFault(operation, "403", "The permission is missing.", enveloped);
        }

        if (metadata.OfType<FaultsDocumented>().Any())
        {
            AddFault(operation, "404", "Absent, or in another tenant.", enveloped);
        }

        if (operation.RequestBody is not null)
        {
            AddFault(operation, "400", "The body is malformed.", enveloped);
        }

        if (operation.RequestBody is not null || operation.Parameters?.Count > 0)
        {
            AddFault(operation, "422", "Well-formed and not valid; every fault is named.", enveloped);
        }

        AddFault(operation, "429", "A request limit is reached; `Retry-After` says when to come back.", enveloped);
        AddFault(operation, "500", "Something went wrong on the server.", enveloped);
        return Task.CompletedTask;
    }

    private static OpenApiSchema Envelope(IOpenApiSchema data) => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "success", "data", "timestamp", "request_id" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["success"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
            ["data"] = data,
            ["message"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["timestamp"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
            ["request_id"] = new OpenApiSchema { Type = JsonSchemaType.String },
        },
    };

    private static void AddFault(OpenApiOperation operation, string status, string description, bool enveloped)
    {
        if (operation.Responses!.ContainsKey(status))
        {
            return;
        }

        var example = enveloped
            ? new JsonObject
            {
                ["success"] = false,
                ["error"] = new JsonObject { ["code"] = Contracts.ErrorCodes.ForStatus(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture)), ["message"] = description },
                ["timestamp"] = "2026-01-01T00:00:00.000Z",
                ["request_id"] = "0197f3a0c0de7000",
                ["path"] = "/api/v1/…",
            }
            : new JsonObject
            {
                ["type"] = FaultWriter.DocsRoot + Contracts.ErrorCodes.ForStatus(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture)),
                ["status"] = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture),
                ["detail"] = description,
                ["code"] = Contracts.ErrorCodes.ForStatus(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture)),
            };
        operation.Responses[status] = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [enveloped ? "application/json" : "application/problem+json"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object }, Example = example },
            },
        };
    }
}
