using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tools;

/// <summary>
/// The tools by id. A call goes through here and nowhere else, so that no planner, whatever it was told, reaches a tool
/// that the caller may not use.
/// </summary>
internal sealed class ToolRegistry
{
    private readonly CallContext _call;
    private readonly Dictionary<string, ITool> _tools;

    public ToolRegistry(IEnumerable<ITool> tools, CallContext call)
    {
        _call = call;
        _tools = tools.ToDictionary(t => t.Info.ToolId);
    }

    /// <summary>What the caller may use.</summary>
    public IReadOnlyList<ToolInfo> Available
    {
        get
        {
            var available = new List<ToolInfo>(_tools.Count);
            foreach (var tool in _tools.Values)
            {
                if (IsAllowed(tool))
                {
                    available.Add(tool.Info);
                }
            }

            return available;
        }
    }

    public string SourceOf(string toolId) => _tools[toolId].Source;

    public Task<ToolResult> InvokeAsync(string toolId, JsonObject arguments, CancellationToken ct) =>
        !_tools.TryGetValue(toolId, out var tool) ? Task.FromResult(ToolResult.Failed("There is no such tool."))
        : !IsAllowed(tool) ? Task.FromResult(ToolResult.Failed($"You do not have the permission {string.Join(", ", tool.Info.PermissionsRequired)}."))
        : tool.InvokeAsync(arguments, ct);

    private bool IsAllowed(ITool tool)
    {
        foreach (var permission in tool.Info.PermissionsRequired)
        {
            if (!_call.IsAllowed(permission))
            {
                return false;
            }
        }

        return true;
    }
}
