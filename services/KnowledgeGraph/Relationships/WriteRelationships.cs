using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FluentValidation;
using Platform.Contracts;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Relationships;

/// <summary>A relationship of the user's own.</summary>
/// <param name="SourceId">The node it starts at.</param>
/// <param name="TargetId">The node it ends at.</param>
/// <param name="Type">Such as <c>uses</c> or <c>USES</c>.</param>
/// <param name="Properties">Texts, numbers, booleans and lists of these.</param>
/// <param name="Tlp">Who may see it; clear where not given, at most the caller's clearance.</param>
internal sealed record CreateRelationship(
    string SourceId, string TargetId, string Type, IReadOnlyDictionary<string, JsonElement>? Properties = null, TlpLevel? Tlp = null);

internal sealed class CreateRelationshipValidator : AbstractValidator<CreateRelationship>
{
    public CreateRelationshipValidator()
    {
        RuleFor(r => r.SourceId).MustBeNodeId();
        RuleFor(r => r.TargetId).MustBeNodeId();
        RuleFor(r => r.Type).Must(t => t is "related-to" or Vocabulary.OtherType || (t is not null && Vocabulary.ReadType(t) != Vocabulary.OtherType))
            .WithMessage("must be a relationship type, such as uses");
        RuleFor(r => r.Properties).Must(p => p is null || p.Count <= 100).WithMessage("must not be more than 100");
    }
}

/// <summary>Makes and removes relationships of users; what events own is theirs.</summary>
internal sealed class WriteRelationships(UserContent content, CallerGraph graph)
{
    public async Task<(GraphRelationship? Relationship, bool Created, FaultResult? Fault)> PutAsync(CreateRelationship request, CancellationToken ct)
    {
        var faults = UserContent.Check(request.Properties);
        var level = content.LevelOf(request.Tlp);
        if (level is null)
        {
            faults["tlp"] = ["must not be above your clearance"];
        }

        foreach (var (path, id) in ((string, string)[])[("source_id", request.SourceId), ("target_id", request.TargetId)])
        {
            if (await graph.NodeAsync(id, ct) is null)
            {
                faults[path] = ["is not the id of a node"];
            }
        }

        if (faults.Count > 0)
        {
            return (null, false, Faults.Validation(faults));
        }

        var ends = new EdgeEnds(request.SourceId, Vocabulary.ReadType(request.Type), request.TargetId);
        var relationship = IdOf(ends, level!.Value);
        var before = await FindAsync(ends, relationship, ct);
        var properties = UserContent.Properties(relationship, request.Properties, level.Value);
        await content.ApplyAsync(relationship, revision => new EdgeChange(relationship, revision, ends, level.Value, null, properties), ct);
        return (await FindAsync(ends, relationship, ct), before is null, null);
    }

    public async Task<FaultResult?> DeleteAsync(string source, string type, string target, CancellationToken ct)
    {
        var faults = new Dictionary<string, string[]>();
        foreach (var (path, id) in ((string, string)[])[("source_id", source), ("target_id", target)])
        {
            if (!NodeIds.IsValid(id))
            {
                faults[path] = ["must be the id of a node"];
            }
        }

        if (faults.Count > 0)
        {
            return Faults.Validation(faults);
        }

        var ends = new EdgeEnds(source, Vocabulary.ReadType(type), target);
        var owned = false;
        foreach (var relationship in await FindAllAsync(ends, ct))
        {
            if (UserContent.IsUserMade(relationship.Properties))
            {
                await content.ApplyAsync(relationship.Id, revision => new RemovalChange(relationship.Id, revision, IsEdge: true, null), ct);
            }
            else
            {
                owned = true;
            }
        }

        return owned ? Faults.Conflict("This relationship comes from ThreatIntel; remove it there.") : null;
    }

    /// <summary>
    /// The id follows from what makes the relationship the same, and from its level: one that the caller cannot see is not
    /// changed by making one like it.
    /// </summary>
    private static string IdOf(EdgeEnds ends, TlpLevel level)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{ends.Source}\n{ends.Type}\n{ends.Target}\n{level}"));
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return $"relationship--{new Guid(hash.AsSpan(0, 16), bigEndian: true):D}";
    }

    private async Task<GraphRelationship?> FindAsync(EdgeEnds ends, string id, CancellationToken ct) =>
        (await FindAllAsync(ends, ct)).FirstOrDefault(r => r.Id == id);

    private async Task<IReadOnlyList<GraphRelationship>> FindAllAsync(EdgeEnds ends, CancellationToken ct)
    {
        var rows = await graph.ReadAsync(
            $"MATCH (a:{Vocabulary.AnyObject} {{id: $source}})-[e:{ends.Type}]->(b:{Vocabulary.AnyObject} {{id: $target}}) RETURN e",
            new Dictionary<string, object?> { ["source"] = ends.Source, ["target"] = ends.Target },
            ct);
        return rows.Rows.Select(r => (GraphRelationship)r[0]!).ToArray();
    }
}
