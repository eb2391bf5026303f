using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>Questions over ATT&amp;CK Enterprise 18.1, against counts made here from the bundle itself.</summary>
public sealed partial class AttackQuestionTests(Stack stack)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Numbers_are_those_of_the_bundle()
    {
        var path = Repository.DataFile("attack/enterprise-attack-18.1.json.xz");
        Assert.SkipWhen(path is null, "The ATT&CK data is not beside the checkout.");
        using var bundle = JsonDocument.Parse(await Repository.ReadXzAsync(path!, Ct));
        var attack = new Attack(bundle.RootElement.GetProperty("objects"));
        await using var agent = await AgentFixture.StartAsync(stack);
        foreach (var batch in attack.Events().Chunk(8))
        {
            await agent.Graph.ApplyAsync(batch);
        }

        var mimikatz = attack.Id("tool", "Mimikatz");
        var apt28 = attack.Id("intrusion-set", "APT28");
        var apt29 = attack.Id("intrusion-set", "APT29");
        var scripting = attack.Id("attack-pattern", "Command and Scripting Interpreter");
        (string Question, int Expected)[] questions =
        [
            ("How many techniques does APT28 use?", attack.Targets(apt28, "uses", "attack-pattern").Count),
            ("Which malware does Fancy Bear use?", attack.Targets(apt28, "uses", "malware").Count),
            ("How many groups use Mimikatz?", attack.Sources(mimikatz, "uses", "intrusion-set").Count),
            ("How many techniques do APT28 and APT29 share?", attack.Targets(apt28, "uses", "attack-pattern").Intersect(attack.Targets(apt29, "uses", "attack-pattern")).Count()),
            ("How many techniques are used by APT28 but not by APT29?", attack.Targets(apt28, "uses", "attack-pattern").Except(attack.Targets(apt29, "uses", "attack-pattern")).Count()),
            ("How many techniques are used by APT28 or APT29?", attack.Targets(apt28, "uses", "attack-pattern").Union(attack.Targets(apt29, "uses", "attack-pattern")).Count()),
            ("How many techniques are used by groups that use Mimikatz?", attack.Sources(mimikatz, "uses", "intrusion-set").SelectMany(g => attack.Targets(g, "uses", "attack-pattern")).Distinct().Count()),
            ("How many sub-techniques does T1059 have?", attack.Sources(scripting, "subtechnique-of", "attack-pattern").Count),
            ("Which mitigations address Command and Scripting Interpreter?", attack.Sources(scripting, "mitigates", "course-of-action").Count),
            ("How many campaigns are attributed to APT29?", attack.Sources(apt29, "attributed-to", "campaign").Count),
            ("How many groups do not use Mimikatz?", attack.Live("intrusion-set").Count() - attack.Sources(mimikatz, "uses", "intrusion-set").Count),
            ("How many techniques are there?", attack.Live("attack-pattern").Count()),
            ("How many groups are there in ATT&CK?", attack.Live("intrusion-set").Count()),
            ("How many techniques are not used by any group?", attack.Live("attack-pattern").Count(t => attack.Sources(t, "uses", "intrusion-set").Count == 0)),
            ("How many revoked techniques are there?", attack.Objects.Values.Count(o => o.Type == "attack-pattern" && o.Revoked)),
        ];
        foreach (var (question, expected) in questions)
        {
            var answer = await AskAsync(agent, question);
            var sentence = answer.GetProperty("response").GetString()!.Split(" [1]")[0];
            Assert.True(
                Figures().Matches(sentence).Any(m => int.Parse(m.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) == expected),
                $"{question} → {sentence}, but it is {expected}");
        }

        var top = (await AskAsync(agent, "Which group uses the most techniques?")).GetProperty("metadata").GetProperty("rows")[0];
        Assert.Equal(attack.Live("intrusion-set").Max(g => attack.Targets(g, "uses", "attack-pattern").Count), top.GetProperty("total").GetInt32());
        var between = (await AskAsync(agent, "How are APT28 and APT29 connected?")).GetProperty("response").GetString();
        Assert.StartsWith("APT28 (G0007) and APT29 (G0016) are 2 relationships apart [1]", between, StringComparison.Ordinal);
    }

    /// <summary>With a client of its own: the gateway's token lives for a minute.</summary>
    private static async Task<JsonElement> AskAsync(AgentFixture agent, string question)
    {
        using var client = agent.ClientFor(agent.Caller());
        return await AgentFixture.AskAsync(client, question, Ct);
    }

    /// <summary>Numbers that stand alone: not T1059, not APT28.</summary>
    [GeneratedRegex(@"(?<![\w(.-])\d[\d,]*(?![\w).-])")]
    private static partial Regex Figures();

    private sealed record Item(string Type, string? Name, bool Revoked, bool Deprecated, JsonElement Json);

    private sealed class Attack(JsonElement objects)
    {
        public Dictionary<string, Item> Objects { get; } = objects.EnumerateArray().ToDictionary(
            o => o.GetProperty("id").GetString()!,
            o => new Item(o.GetProperty("type").GetString()!, Text(o, "name"), Flag(o, "revoked"), Flag(o, "x_mitre_deprecated"), o));

        private bool IsLive(string id) => Objects[id] is { Revoked: false, Deprecated: false };

        public string Id(string type, string name) => Objects.Single(o => o.Value.Type == type && o.Value.Name == name && IsLive(o.Key)).Key;

        public IEnumerable<string> Live(string type) => Objects.Where(o => o.Value.Type == type && IsLive(o.Key)).Select(o => o.Key);

        public HashSet<string> Targets(string source, string relation, string type) => Ends("source_ref", "target_ref", source, relation, type);

        public HashSet<string> Sources(string target, string relation, string type) => Ends("target_ref", "source_ref", target, relation, type);

        private HashSet<string> Ends(string near, string far, string id, string relation, string type) => Objects
            .Where(o => o.Value.Type == "relationship" && IsLive(o.Key) && Text(o.Value.Json, "relationship_type") == relation && Text(o.Value.Json, near) == id)
            .Select(o => Text(o.Value.Json, far)!).Where(e => Objects[e].Type == type && IsLive(e)).ToHashSet();

        /// <summary>What ThreatIntel would publish of it.</summary>
        public IEnumerable<IIntegrationEvent> Events()
        {
            var revision = 0;
            foreach (var part in Objects.Where(o => o.Value.Type != "relationship").Chunk(500))
            {
                yield return new ThreatObjectsUpserted(part.Select(o => new ThreatObject(
                    o.Key, o.Value.Type, o.Value.Name, new ObjectVersion(DateTimeOffset.UnixEpoch, ++revision), TlpLevel.Clear, o.Value.Revoked, o.Value.Deprecated, Properties(o.Value.Json))).ToList());
            }

            foreach (var part in Objects.Where(o => o.Value.Type == "relationship").Chunk(500))
            {
                yield return new RelationshipsUpserted(part.Select(o => new Relationship(
                    o.Key, Text(o.Value.Json, "relationship_type")!, Text(o.Value.Json, "source_ref")!, Text(o.Value.Json, "target_ref")!,
                    new ObjectVersion(DateTimeOffset.UnixEpoch, ++revision), TlpLevel.Clear, o.Value.Revoked, o.Value.Deprecated, new Dictionary<string, JsonElement>())).ToList());
            }
        }

        private static Dictionary<string, JsonElement> Properties(JsonElement item)
        {
            var properties = item.EnumerateObject().Where(p => p.Name is "aliases" or "x_mitre_aliases" or "x_mitre_platforms" or "x_mitre_domains" or "x_mitre_is_subtechnique")
                .ToDictionary(p => p.Name, p => p.Value);
            if (item.TryGetProperty("external_references", out var references)
                && references.EnumerateArray().Where(r => r.TryGetProperty("external_id", out _) && Text(r, "source_name")!.StartsWith("mitre", StringComparison.Ordinal)).ToList() is [var first, ..])
            {
                properties["external_id"] = first.GetProperty("external_id");
            }

            return properties;
        }

        private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString() : null;

        private static bool Flag(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
    }
}
