using System.Collections.Frozen;
using Platform.ServiceDefaults;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Platform.KnowledgeGraph.Semantics;

/// <summary>What the graph means, as the shipped YAML file says: entities with dimensions, joins and synonyms.</summary>
internal sealed class GraphModel
{
    private const string Resource = "models.yaml";

    /// <summary>The file's own version; grows with every change of meaning.</summary>
    public int Version { get; set; }

    /// <summary>Dimensions that every entity has.</summary>
    public List<GraphMember> Common { get; set; } = [];

    /// <summary>Flags that must not be set, unless a plan filters on them.</summary>
    public List<string> UnlessAsked { get; set; } = [];

    public List<GraphEntity> Entities { get; set; } = [];

    /// <summary>The model that the service carries.</summary>
    public static GraphModel Shipped()
    {
        using var file = typeof(GraphModel).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"The service has no {Resource}.");
        using var reader = new StreamReader(file);
        return Read(reader.ReadToEnd());
    }

    /// <summary>Reads a file, and refuses one that contradicts itself or names what could not stand in a query.</summary>
    /// <exception cref="InvalidOperationException">It does.</exception>
    public static GraphModel Read(string yaml)
    {
        var model = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<GraphModel>(new MergingParser(new Parser(new StringReader(yaml))));
        foreach (var entity in model.Entities)
        {
            entity.Dimensions = [.. model.Common, .. entity.Dimensions];
            var names = new HashSet<string>(StringComparer.Ordinal) { GraphEntity.Count };
            foreach (var (name, identifiers) in entity.Dimensions.Select(d => (d.Name, new[] { d.Property })).Concat(entity.Joins.Select(j => (j.Name, new[] { j.Type }))).Append(("labels", [.. entity.Labels])))
            {
                if (!names.Add(name) || identifiers.Length == 0 || !Array.TrueForAll(identifiers, Vocabulary.IsIdentifier))
                {
                    throw new InvalidOperationException($"{entity.Name}.{name} of the semantic model is there twice or names nothing of the graph.");
                }
            }

            if (entity.Joins.Find(j => model.Find(j.Entity) is null || j.From is not ("own" or "other")) is { } loose)
            {
                throw new InvalidOperationException($"{entity.Name}.{loose.Name} of the semantic model leads nowhere.");
            }
        }

        return model;
    }

    public GraphEntity? Find(string? name) => Entities.Find(e => e.Name == name);

    /// <summary>The model as others see it.</summary>
    public SemanticModelView Show() => new(Version, Entities.ConvertAll(e => new SemanticEntityView(
        e.Name, e.Description, e.Synonyms,
        e.Dimensions.ConvertAll(d => new SemanticMemberView(d.Name, d.Type, d.Description, d.Synonyms)),
        [new SemanticMemberView(GraphEntity.Count, "number", $"How many {e.Name}", ["number", "total", "how many"])],
        e.Joins.ConvertAll(j => new SemanticJoinView(j.Name, j.Entity, j.Description)))));
}

/// <summary>One kind of node that can be asked about; its only measure is how many there are.</summary>
internal sealed class GraphEntity
{
    public const string Count = "count";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary>Other words for it.</summary>
    public List<string> Synonyms { get; set; } = [];

    /// <summary>The labels, any of them; never shown.</summary>
    public List<string> Labels { get; set; } = [];

    public List<GraphMember> Dimensions { get; set; } = [];

    public List<GraphJoin> Joins { get; set; } = [];
}

/// <summary>A dimension.</summary>
internal sealed class GraphMember
{
    private static readonly FrozenSet<string> Types = new[] { "text", "number", "time", "flag", "list" }.ToFrozenSet();
    private string _type = "text";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary><c>text</c>, <c>number</c>, <c>time</c> (ISO 8601, UTC), <c>flag</c>, or <c>list</c> of texts.</summary>
    public string Type
    {
        get => _type;
        set => _type = Types.Contains(value) ? value : throw new InvalidOperationException($"'{value}' is no type of a semantic model.");
    }

    public List<string> Synonyms { get; set; } = [];

    /// <summary>The node's property; never shown.</summary>
    public string Property { get; set; } = "";
}

/// <summary>A relationship that leads to another entity.</summary>
internal sealed class GraphJoin
{
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary>Where it leads.</summary>
    public string Entity { get; set; } = "";

    /// <summary>The relationship type; never shown.</summary>
    public string Type { get; set; } = "";

    /// <summary>Where the relationship starts: <c>own</c> or <c>other</c>.</summary>
    public string From { get; set; } = "own";
}
