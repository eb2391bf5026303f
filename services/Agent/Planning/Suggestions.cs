namespace Platform.Agent.Planning;

/// <summary>Questions that can be answered, near to what was asked.</summary>
internal static class Suggestions
{
    public static IReadOnlyList<string> For(IReadOnlyList<Mention> mentions)
    {
        var entities = new List<EntityRef>();
        foreach (var mention in mentions)
        {
            if (mention.Candidates.Count > 0 && !entities.Contains(mention.Candidates[0].Entity))
            {
                entities.Add(mention.Candidates[0].Entity);
            }
        }

        if (entities.Count == 0)
        {
            return ["How many techniques does APT28 use?", "Which groups use Mimikatz?", "What is the path between APT28 and APT29?", "Which technique is used by the most groups?"];
        }

        var suggestions = new List<string>();
        if (entities.Count > 1)
        {
            suggestions.Add($"How are {Shown.Name(entities[0].Name)} and {Shown.Name(entities[1].Name)} connected?");
        }

        var name = Shown.Name(entities[0].Name);
        suggestions.AddRange(entities[0].Kind switch
        {
            ObjectKind.Group or ObjectKind.Campaign => [$"How many techniques does {name} use?", $"Which software does {name} use?"],
            ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Software => [$"Which groups use {name}?", $"How many techniques does {name} use?"],
            ObjectKind.Technique or ObjectKind.SubTechnique => [$"Which groups use {name}?", $"Which mitigations address {name}?"],
            ObjectKind.Mitigation => [$"Which techniques does {name} mitigate?"],
            _ => (string[])[],
        });
        suggestions.Add($"What is {name}?");
        return suggestions;
    }
}
