using System.Text.Json.Nodes;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tools;

/// <summary>
/// The tools by id. A call goes through here and nowhere else, so that no planner, whatever it was told, reaches a tool
/// that the caller may not use or gives it what its schema does not allow.
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

    /// <summary>Whether it changes anything; false where there is no such tool.</summary>
    public bool Writes(string toolId) => _tools.TryGetValue(toolId, out var tool) && tool.Info.Writes;

    /// <summary>Why a call would be refused before it begins; null when it would not.</summary>
    public Fault? Refusal(string toolId, JsonObject arguments) =>
        !_tools.TryGetValue(toolId, out var tool) ? new Fault(ErrorCodes.NotFound, "There is no such tool.")
        : !IsAllowed(tool) ? new Fault(ErrorCodes.InsufficientPermissions, $"You do not have the permission {string.Join(", ", tool.Info.PermissionsRequired)}.")
        : ToolArguments.Check(tool.Info.Parameters, arguments) is { Count: > 0 } faults ? Faults.ValidationFault(faults)
        : null;

    public async Task<ToolResult> InvokeAsync(string toolId, JsonObject arguments, CancellationToken ct)
    {
        if (Refusal(toolId, arguments) is { } refusal)
        {
            return new ToolResult(null, 0, refusal);
        }

        try
        {
            return await _tools[toolId].InvokeAsync(arguments, ct);
        }
        catch (UpstreamException exception)
        {
            return ServiceTool.Unreachable(exception);
        }
    }

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
