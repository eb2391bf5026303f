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
    });

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
