using System.Globalization;
using System.Text.Json;
using FluentValidation;
using Platform.Contracts;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Repeats;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Nodes;

/// <summary>A node of the user's own.</summary>
/// <param name="NodeType">What it is, such as <c>x-acme-server</c>; also one of STIX's types.</param>
/// <param name="Name">Its name.</param>
/// <param name="Properties">Texts, numbers, booleans and lists of these.</param>
/// <param name="Tlp">Who may see it; clear where not given, at most the caller's clearance.</param>
internal sealed record CreateNode(string NodeType, string Name, IReadOnlyDictionary<string, JsonElement>? Properties = null, TlpLevel? Tlp = null);

/// <summary>A change of a node of the user's own, as JSON Merge Patch (RFC 7396): a property that is null goes.</summary>
/// <param name="Name">Its new name.</param>
/// <param name="Properties">Properties to set or, by null, to remove.</param>
internal sealed record ChangeNode(string? Name = null, IReadOnlyDictionary<string, JsonElement>? Properties = null);

/// <summary>Nodes of the user's own, all of which are added or none.</summary>
/// <param name="Nodes">1–1,000 of them.</param>
internal sealed record CreateNodes(IReadOnlyList<CreateNode> Nodes);

/// <summary>What was added, in the order given.</summary>
internal sealed record CreatedNodes(IReadOnlyList<GraphNode> Items);

internal sealed class CreateNodesValidator : AbstractValidator<CreateNodes>
{
    public CreateNodesValidator()
    {
        RuleFor(n => n.Nodes).Must(n => n is { Count: >= 1 and <= 1000 }).WithMessage("must be 1 to 1000 nodes");
        RuleForEach(n => n.Nodes).NotNull().WithMessage("must be a node").SetValidator(new CreateNodeValidator()).When(n => n.Nodes is { Count: <= 1000 });
    }
}

internal sealed class CreateNodeValidator : AbstractValidator<CreateNode>
{
    public CreateNodeValidator()
    {
        RuleFor(n => n.NodeType).Must(t => t is not null && Vocabulary.LabelOf(t) != Vocabulary.OtherLabel)
            .WithMessage("must be a type of lower-case letters, digits and hyphens, such as x-acme-server");
        RuleFor(n => n.Name).NotEmpty().WithMessage("must not be empty").MaximumLength(500).WithMessage("must not be longer than 500 characters")
            .Must(n => n?.Contains('\0', StringComparison.Ordinal) != true).WithMessage("must not hold U+0000");
        RuleFor(n => n.Properties).Must(p => p is null || p.Count <= 100).WithMessage("must not be more than 100");
    }
}

internal sealed class ChangeNodeValidator : AbstractValidator<ChangeNode>
{
    public ChangeNodeValidator()
    {
        RuleFor(n => n.Name).Must(n => n is null || (n.Length is > 0 and <= 500 && !n.Contains('\0', StringComparison.Ordinal)))
            .WithMessage("must have 1 to 500 characters and not hold U+0000");
        RuleFor(n => n.Properties).Must(p => p is null || p.Count <= 100).WithMessage("must not be more than 100");
    }
}

/// <summary>Creates, changes and removes nodes of users; what events own is theirs.</summary>
internal sealed class WriteNodes(UserContent content, CallerGraph graph, Creation creation)
{
    private static readonly FaultResult Owned = Faults.Conflict("This node comes from ThreatIntel; change it there.");

    public async Task<(GraphNode? Node, FaultResult? Fault)> CreateAsync(CreateNode request, CancellationToken ct)
    {
        var faults = new Dictionary<string, string[]>();
        var change = ToChange(request, 0, "", faults);
        if (faults.Count > 0)
        {
            return (null, Faults.Validation(faults));
        }

        await content.CreateAsync([change], ct);
        return (await graph.NodeAsync(change.Id, ct), null);
    }

    /// <summary>All of them or none.</summary>
    public async Task<(IReadOnlyList<GraphNode>? Nodes, FaultResult? Fault)> CreateAsync(CreateNodes request, CancellationToken ct)
    {
        var faults = new Dictionary<string, string[]>();
        var changes = new NodeChange[request.Nodes.Count];
        for (var i = 0; i < changes.Length; i++)
        {
            changes[i] = ToChange(request.Nodes[i], i, string.Create(CultureInfo.InvariantCulture, $"nodes[{i}]."), faults);
        }

        if (faults.Count > 0)
        {
            return (null, Faults.Validation(faults));
        }

        await content.CreateAsync(changes, ct);
        var made = await graph.NodesAsync([.. changes.Select(c => c.Id)], ct);
        return ([.. changes.Where(c => made.ContainsKey(c.Id)).Select(c => made[c.Id])], null);
    }

    private NodeChange ToChange(CreateNode request, int number, string path, Dictionary<string, string[]> faults)
    {
        foreach (var (name, messages) in UserContent.Check(request.Properties))
        {
            faults[path + name] = messages;
        }

        if (content.LevelOf(request.Tlp) is not { } level)
        {
            faults[path + "tlp"] = ["must not be above your clearance"];
            level = default;
        }

        var id = $"{request.NodeType}--{creation.IdOf(number):D}";
        var properties = UserContent.Properties(id, request.Properties, level);
        properties["type"] = request.NodeType;
        properties["name"] = request.Name;
        GraphProperties.AddSearchTerms(properties);
        return new NodeChange(id, 1, Vocabulary.LabelOf(request.NodeType), level, null, properties);
    }

    public async Task<(GraphNode? Node, FaultResult? Fault)> ChangeAsync(string id, ChangeNode request, CancellationToken ct)
    {
        if (await graph.NodeAsync(id, ct) is not { } node)
        {
            return (null, Faults.NotFound("node"));
        }

        if (!UserContent.IsUserMade(node.Properties))
        {
            return (null, Owned);
        }

        var set = (request.Properties ?? new Dictionary<string, JsonElement>()).Where(p => p.Value.ValueKind != JsonValueKind.Null).ToDictionary();
        if (UserContent.Check(set) is { Count: > 0 } faults)
        {
            return (null, Faults.Validation(faults));
        }

        var properties = new Dictionary<string, object?>(node.Properties) { ["id"] = id, ["name"] = request.Name ?? node.Name };
        foreach (var (key, value) in request.Properties ?? new Dictionary<string, JsonElement>())
        {
            if (value.ValueKind == JsonValueKind.Null && UserContent.Check(new Dictionary<string, JsonElement> { [key] = JsonSerializer.SerializeToElement(0) }).Count == 0)
            {
                properties.Remove(key);
            }
        }

        foreach (var (key, value) in GraphProperties.From(set))
        {
            properties[key] = value;
        }

        _ = TlpLevels.TryParse(properties["tlp"] as string, out var level);
        await PutAsync(id, node.Labels[0], level, properties, ct);
        return (await graph.NodeAsync(id, ct), null);
    }

    public async Task<FaultResult?> DeleteAsync(string id, CancellationToken ct)
    {
        if (await graph.NodeAsync(id, ct) is not { } node)
        {
            return null;
        }

        if (!UserContent.IsUserMade(node.Properties))
        {
            return Owned;
        }

        await content.ApplyAsync(id, revision => new RemovalChange(id, revision, IsEdge: false, null), ct);
        return null;
    }

    private Task PutAsync(string id, string label, TlpLevel level, Dictionary<string, object?> properties, CancellationToken ct)
    {
        GraphProperties.AddSearchTerms(properties);
        return content.ApplyAsync(id, revision => new NodeChange(id, revision, label, level, null, properties), ct);
    }
}
