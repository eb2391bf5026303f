using System.Text.Json.Nodes;

namespace Platform.Gateway.Docs;

/// <summary>The gateway's own part of the API description.</summary>
internal static class OwnEndpoints
{
    public static void AddTo(OpenApiMerger merger) => merger.AddOwn(new JsonObject
    {
        ["/health"] = Probe(
            "State of the platform",
            "Whether every part works; 503 when the platform as a whole does not.",
            new JsonObject { ["status"] = "healthy", ["timestamp"] = "2026-01-01T00:00:00.000Z", ["uptime_seconds"] = 12.5, ["version"] = "1.0.0", ["checks"] = new JsonObject() }),
        ["/ready"] = Probe("Readiness", "Whether requests should be sent here; 503 with the reason when not.", new JsonObject { ["ready"] = true }),
        ["/live"] = Probe("Liveness", "The process answers.", new JsonObject { ["live"] = true }),
        ["/api/v1/batch"] = Batch("v1"),
        ["/api/v2/batch"] = Batch("v2"),
        ["/api/v2/stream"] = Stream(),
        ["/api/v1/security/blocks"] = Blocks("v1"),
        ["/api/v2/security/blocks"] = Blocks("v2"),
        ["/api/v1/security/blocks/{id}"] = Block("v1"),
        ["/api/v2/security/blocks/{id}"] = Block("v2"),
        ["/api/v1/security/events"] = SecurityEvents("v1"),
        ["/api/v2/security/events"] = SecurityEvents("v2"),
    });

    private static JsonObject Blocks(string version) => new()
    {
        ["get"] = Operation("List addresses and callers that are refused", "blocks_list_" + version, "200", "The blocks in force."),
        ["post"] = With(
            Operation("Refuse an address or a caller for a time", "blocks_create_" + version, "201", "The block."),
            ("requestBody", new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["application/json"] = new JsonObject
                    {
                        ["schema"] = new JsonObject
                        {
                            ["type"] = "object",
                            ["properties"] = new JsonObject
                            {
                                ["address"] = Type("string"),
                                ["tenant_id"] = Type("string"),
                                ["subject"] = Type("string"),
                                ["seconds"] = Type("integer"),
                                ["reason"] = Type("string"),
                            },
                        },
                    },
                },
            })),
    };

    private static JsonObject Block(string version) => new()
    {
        ["delete"] = With(
            Operation("Let an address or a caller in again", "blocks_delete_" + version, "204", "It is not blocked."),
            ("parameters", new JsonArray(new JsonObject { ["name"] = "id", ["in"] = "path", ["required"] = true, ["schema"] = Type("string") }))),
    };

    private static JsonObject SecurityEvents(string version) => new()
    {
        ["get"] = With(
            Operation("Read what the protection did", "security_events_" + version, "200", "The newest events first."),
            ("parameters", new JsonArray(new JsonObject { ["name"] = "limit", ["in"] = "query", ["schema"] = Type("integer") }))),
    };

    private static JsonObject Type(string name) => new() { ["type"] = name };

    private static JsonObject With(JsonObject operation, (string Name, JsonNode Value) member)
    {
        operation[member.Name] = member.Value;
        return operation;
    }

    private static JsonObject Operation(string summary, string id, string status, string answer) => new()
    {
        ["tags"] = new JsonArray("gateway"),
        ["summary"] = summary,
        ["description"] = "For the platform's administrators (`manage:platform`).",
        ["operationId"] = id,
        ["responses"] = new JsonObject
        {
            [status] = new JsonObject { ["description"] = answer },
            ["403"] = Answer("The caller may not do this.", new JsonObject { ["code"] = "INSUFFICIENT_PERMISSIONS" }),
        },
    };

    private static JsonObject Stream()
    {
        static JsonObject Parameter(string name, string description) => new()
        {
            ["name"] = name,
            ["in"] = "query",
            ["description"] = description,
            ["schema"] = new JsonObject { ["type"] = "string" },
        };
        return new JsonObject
        {
            ["get"] = new JsonObject
            {
                ["tags"] = new JsonArray("gateway"),
                ["summary"] = "Listen to what happens",
                ["description"] = "Server-sent events of the tenant, up to the caller's clearance. `filter.{member}=value` narrows them. The same over a WebSocket at `/ws`.",
                ["operationId"] = "stream_v2",
                ["parameters"] = new JsonArray(
                    Parameter("topics", "Some of indicators, incidents, imports, alerts and usage, with commas between; all that the caller may hear when absent."),
                    Parameter("since", "The number of the last event that the caller has; Last-Event-ID goes before it.")),
                ["responses"] = new JsonObject
                {
                    ["200"] = new JsonObject { ["description"] = "Events, for as long as the caller listens.", ["content"] = new JsonObject { ["text/event-stream"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } } } },
                    ["422"] = Answer("A parameter is not valid.", new JsonObject { ["code"] = "VALIDATION_ERROR" }),
                },
            },
        };
    }

    private static JsonObject Batch(string version) => new()
    {
        ["post"] = new JsonObject
        {
            ["tags"] = new JsonArray("gateway"),
            ["summary"] = "Send several requests in one",
            ["description"] = "Up to 100 operations, eight at a time, each with its own status, permission check and share of the limits. "
                + "`{op1.data.id}` in a body or in a value of a query stands for the answer of another operation. "
                + "Not inside: /auth, streams, imports, batches.",
            ["operationId"] = "batch_" + version,
            ["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["application/json"] = new JsonObject
                    {
                        ["schema"] = BatchSchema(),
                        ["example"] = new JsonObject
                        {
                            ["operations"] = new JsonArray(
                                new JsonObject { ["id"] = "first", ["method"] = "GET", ["path"] = $"/api/{version}/threat-intel/indicators?limit=1" },
                                new JsonObject { ["id"] = "me", ["method"] = "GET", ["path"] = $"/api/{version}/users/me" }),
                        },
                    },
                },
            },
            ["responses"] = new JsonObject
            {
                ["200"] = Answer("The answers, in the order of the operations.", new JsonObject
                {
                    ["responses"] = new JsonArray(new JsonObject { ["id"] = "me", ["status"] = 200, ["headers"] = new JsonObject(), ["body"] = new JsonObject() }),
                }),
                ["422"] = Answer("Nothing was sent: the batch is not valid.", new JsonObject { ["code"] = "VALIDATION_ERROR" }),
            },
        },
    };

    private static JsonObject BatchSchema()
    {
        static JsonObject Text() => new() { ["type"] = "string" };
        return new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("operations"),
            ["properties"] = new JsonObject
            {
                ["operations"] = new JsonObject
                {
                    ["type"] = "array",
                    ["minItems"] = 1,
                    ["maxItems"] = 100,
                    ["items"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["required"] = new JsonArray("id", "method", "path"),
                        ["properties"] = new JsonObject
                        {
                            ["id"] = Text(),
                            ["method"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("GET", "POST", "PUT", "PATCH", "DELETE") },
                            ["path"] = Text(),
                            ["headers"] = new JsonObject { ["type"] = "object", ["additionalProperties"] = Text() },
                            ["body"] = new JsonObject(),
                            ["depends_on"] = new JsonObject { ["type"] = "array", ["items"] = Text() },
                        },
                    },
                },
                ["atomic"] = new JsonObject { ["type"] = "boolean", ["default"] = false },
            },
        };
    }

    private static JsonObject Probe(string summary, string description, JsonObject example)
    {
        var unavailable = example.DeepClone();
        return new JsonObject
        {
            ["get"] = new JsonObject
            {
                ["tags"] = new JsonArray("gateway"),
                ["summary"] = summary,
                ["description"] = description,
                ["security"] = new JsonArray(),
                ["responses"] = new JsonObject { ["200"] = Answer("It is well.", example), ["503"] = Answer("It is not.", unavailable) },
            },
        };
    }

    private static JsonObject Answer(string description, JsonNode example) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" }, ["example"] = example } },
    };
}
