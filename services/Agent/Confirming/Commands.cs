using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Agent.Planning;
using Platform.Agent.Tools;

namespace Platform.Agent.Confirming;

/// <summary>A change that a user asks for in plain words.</summary>
internal sealed record Command(string Tool, JsonObject Arguments);

/// <summary>
/// The two changes that the agent understands without a model: "note on APT28: …" and "open a high incident: …, about
/// APT28". Names become ids by the linker; what is not clear is no command.
/// </summary>
internal sealed partial class Commands(EntityLinker linker)
{
    public async Task<Command?> ReadAsync(string message, CancellationToken ct)
    {
        if (Note().Match(message) is { Success: true } note && await EntityAsync(note.Groups["about"].Value, ct) is { } about)
        {
            return new Command(ToolIds.CreateNote, new JsonObject { ["content"] = note.Groups["text"].Value.Trim(), ["object_refs"] = new JsonArray(about.Id) });
        }

        if (Incident().Match(message) is not { Success: true } incident)
        {
            return null;
        }

        var arguments = new JsonObject { ["title"] = incident.Groups["title"].Value.Trim() };
        if (incident.Groups["severity"] is { Success: true } severity)
        {
            arguments["severity"] = severity.Value.ToLowerInvariant();
        }

        if (incident.Groups["about"] is { Success: true } named)
        {
            if (await EntityAsync(named.Value, ct) is not { } entity)
            {
                return null;
            }

            arguments["object_refs"] = new JsonArray(entity.Id);
        }

        return new Command(ToolIds.OpenIncident, arguments);
    }

    /// <summary>The one object that the whole text names.</summary>
    private async Task<EntityRef?> EntityAsync(string name, CancellationToken ct)
    {
        var tokens = Tokenizer.Split(name);
        if (tokens.Count is 0 or > NameSpans.MaxWords)
        {
            return null;
        }

        foreach (var mention in await linker.LinkAsync(tokens, ct))
        {
            if (mention.Start == 0 && mention.Length == tokens.Count && (mention.Candidates.Count == 1 || mention.Candidates[0].Match > mention.Candidates[1].Match))
            {
                return mention.Candidates[0].Entity;
            }
        }

        return null;
    }

    [GeneratedRegex(@"^\s*(?:please\s+)?(?:(?:add|create|write|make)\s+)?(?:a\s+)?note\s+(?:on|about|for|to)\s+(?<about>[^:]{1,200}):\s*(?<text>\S.*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Note();

    [GeneratedRegex(@"^\s*(?:please\s+)?(?:open|create|raise|file)\s+(?:an?\s+)?(?:(?<severity>low|medium|high|critical)\s+)?incident(?:\s+about\s+(?<about>[^:]{1,200}))?:\s*(?<title>\S[^\r\n]{0,499})\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Incident();
}
