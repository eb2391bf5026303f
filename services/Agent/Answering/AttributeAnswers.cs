using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.Agent.Tools;

namespace Platform.Agent.Answering;

/// <summary>Answers that are one fact of one object.</summary>
internal static class AttributeAnswers
{
    private const int MaxValues = 60;

    public static async Task<AnswerStatus> RunAsync(AttributePlan plan, AnswerSession session, CancellationToken ct)
    {
        var (result, mark) = await session.CallAsync(ToolIds.GetObject, new JsonObject { ["id"] = plan.Entity.Id }, ct);
        if (await PlanRunner.FailedAsync(result, session, ct))
        {
            return AnswerStatus.Failed;
        }

        var name = Wording.Entity(plan.Entity);
        if (result.Data?["properties"] is not JsonObject properties)
        {
            await session.SayAsync($"{name} is not in the data any more [{mark}].", ct);
            return AnswerStatus.Answered;
        }

        session.Keep([result.Data.DeepClone()]);
        var label = Wording.Attribute(plan.Attribute);
        if (plan.Attribute == ObjectAttribute.Kind)
        {
            var kind = plan.Entity.Kind == ObjectKind.Technique && ObjectAnswers.IsTrue(properties["x_mitre_is_subtechnique"]) ? ObjectKind.SubTechnique : plan.Entity.Kind;
            await session.SayAsync($"{name} is a {Kinds.Info(kind).One} [{mark}].", ct);
            return AnswerStatus.Answered;
        }

        var values = Values(plan, properties);
        if (values.Count == 0)
        {
            await session.SayAsync($"I cannot answer that: the data says nothing about the {label} of {name} [{mark}].", ct);
            return AnswerStatus.Refused;
        }

        await session.SayAsync(
            plan.Attribute switch
            {
                ObjectAttribute.Created => $"{name} was created on {values[0]} [{mark}].",
                ObjectAttribute.Modified => $"{name} was last modified on {values[0]} [{mark}].",
                ObjectAttribute.FirstSeen => $"{name} was first seen on {values[0]} [{mark}].",
                ObjectAttribute.LastSeen => $"{name} was last seen on {values[0]} [{mark}].",
                ObjectAttribute.Aliases => $"{name} has {Wording.Number(values.Count)} other {(values.Count == 1 ? "name" : "names")} [{mark}]: {string.Join(", ", values.Take(MaxValues))}.",
                ObjectAttribute.Platforms or ObjectAttribute.Tactics or ObjectAttribute.Domains or ObjectAttribute.Contributors =>
                    $"{name} has {Wording.Number(values.Count)} {(values.Count == 1 ? label[..^1] : label)} [{mark}]: {string.Join(", ", values.Take(MaxValues))}.",
                _ => $"The {label} of {name}: {values[0]} [{mark}].",
            },
            ct);
        return AnswerStatus.Answered;
    }

    private static List<string> Values(AttributePlan plan, JsonObject properties)
    {
        string[] names = plan.Attribute switch
        {
            ObjectAttribute.Aliases => ["aliases", "x_mitre_aliases"],
            ObjectAttribute.Platforms => ["x_mitre_platforms"],
            ObjectAttribute.Tactics => ["phases"],
            ObjectAttribute.Domains => ["x_mitre_domains"],
            ObjectAttribute.Created => ["created"],
            ObjectAttribute.Modified => ["modified"],
            ObjectAttribute.FirstSeen => ["first_seen"],
            ObjectAttribute.LastSeen => ["last_seen"],
            ObjectAttribute.ExternalId => ["external_id"],
            ObjectAttribute.Url => ["url"],
            ObjectAttribute.Version => ["x_mitre_version"],
            ObjectAttribute.Contributors => ["x_mitre_contributors"],
            _ => [],
        };
        var values = new List<string>();
        foreach (var name in names)
        {
            foreach (var text in ObjectAnswers.Texts(properties[name]))
            {
                var value = plan.Attribute switch
                {
                    ObjectAttribute.Created or ObjectAttribute.Modified or ObjectAttribute.FirstSeen or ObjectAttribute.LastSeen => Day(text),
                    ObjectAttribute.Tactics => Wording.Tactic(Shown.Name(text)),
                    _ => Shown.Line(text, 300),
                };
                if (!values.Contains(value) && !(plan.Attribute == ObjectAttribute.Aliases && text == plan.Entity.Name))
                {
                    values.Add(value);
                }
            }
        }

        return values;
    }

    /// <summary>The day of a time, as the source states it in UTC.</summary>
    public static string Day(JsonNode? time) => Day(time?.ToString() ?? "");

    private static string Day(string time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : Shown.Name(time);
}
