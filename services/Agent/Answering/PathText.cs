using System.Text;
using System.Text.Json.Nodes;
using Platform.Agent.Planning;

namespace Platform.Agent.Answering;

/// <summary>A path in one line: <c>APT28 —uses→ Mimikatz ←uses— APT29</c>.</summary>
internal static class PathText
{
    public static string Of(JsonNode path)
    {
        var nodes = path["nodes"] as JsonArray ?? [];
        var hops = path["relationships"] as JsonArray ?? [];
        var text = new StringBuilder();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (i > 0 && i <= hops.Count)
            {
                var type = Shown.Name((hops[i - 1]?["type"]?.GetValue<string>() ?? "").ToLowerInvariant().Replace('_', '-'));
                var forward = hops[i - 1]?["source_id"]?.GetValue<string>() == nodes[i - 1]?["id"]?.GetValue<string>();
                text.Append(forward ? $" —{type}→ " : $" ←{type}— ");
            }

            text.Append(Shown.Name(nodes[i]?["name"]?.GetValue<string>() ?? nodes[i]?["id"]?.GetValue<string>() ?? ""));
        }

        return text.ToString();
    }
}
