using System.Text;
using System.Text.Json.Nodes;
using Platform.Agent.Planning;

namespace Platform.Agent.Confirming;

/// <summary>A change in words: the tool and everything that it would be given.</summary>
internal static class ActionWords
{
    private const int ShownValue = 2000;

    public static string Of(string tool, JsonObject arguments)
    {
        var text = new StringBuilder(tool);
        foreach (var (name, value) in arguments)
        {
            var shown = value is JsonValue single ? single.ToString() : value?.ToJsonString() ?? "";
            text.Append("\n- ").Append(name).Append(": ").Append(Shown.Line(shown, ShownValue));
        }

        return text.ToString();
    }
}
