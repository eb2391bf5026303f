using System.Collections.Frozen;
using System.Reflection;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Platform.ServiceDefaults;

/// <summary>
/// What a service's tables mean, as its shipped YAML file says: entities with dimensions, measures and synonyms. The
/// SQL behind a member stays in the service; others see names, types and words.
/// </summary>
public sealed class SemanticModel
{
    /// <summary>The file's own version; grows with every change of meaning.</summary>
    public int Version { get; set; }

    public List<SemanticEntity> Entities { get; set; } = [];

    /// <summary>The name of the file in a service's assembly.</summary>
    private const string Resource = "models.yaml";

    /// <summary>The model that a service carries in its assembly.</summary>
    public static SemanticModel Of(Assembly assembly)
    {
        using var file = assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no {Resource}.");
        using var reader = new StreamReader(file);
        return Read(reader.ReadToEnd());
    }

    /// <summary>The same; null where the assembly carries none.</summary>
    internal static SemanticModel? FindIn(Assembly assembly) => assembly.GetManifestResourceInfo(Resource) is null ? null : Of(assembly);

    /// <summary>Reads a file, and refuses one that contradicts itself.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <exception cref="InvalidOperationException">Two members share a name, or one has no SQL.</exception>
    public static SemanticModel Read(string yaml)
    {
        var model = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<SemanticModel>(yaml);
        foreach (var entity in model.Entities)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var member in entity.Dimensions.Concat(entity.Measures))
            {
                if (!names.Add(member.Name) || member.Sql.Length == 0)
                {
                    throw new InvalidOperationException($"{entity.Name}.{member.Name} of the semantic model is there twice or has no SQL.");
                }
            }
        }

        return model;
    }
}

/// <summary>One thing that can be asked about.</summary>
public sealed class SemanticEntity
{
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary>Other words for it.</summary>
    public List<string> Synonyms { get; set; } = [];

    /// <summary>The permission that its rows ask for.</summary>
    public string Permission { get; set; } = "";

    /// <summary>The table; never shown.</summary>
    public string Table { get; set; } = "";

    /// <summary>Which rows a caller sees, by their clearance <c>@clearance</c>; never shown.</summary>
    public string Visible { get; set; } = "";

    public List<SemanticMember> Dimensions { get; set; } = [];

    public List<SemanticMember> Measures { get; set; } = [];
}

/// <summary>A dimension or a measure.</summary>
public sealed class SemanticMember
{
    private static readonly FrozenSet<string> Types = new[] { "text", "number", "time", "flag" }.ToFrozenSet();
    private string _type = "text";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary><c>text</c>, <c>number</c>, <c>time</c> or <c>flag</c>.</summary>
    public string Type
    {
        get => _type;
        set => _type = Types.Contains(value) ? value : throw new InvalidOperationException($"'{value}' is no type of a semantic model.");
    }

    public List<string> Synonyms { get; set; } = [];

    /// <summary>What people call its values, each with the value as the data has it.</summary>
    public Dictionary<string, string> Words { get; set; } = [];

    /// <summary>The expression; never shown.</summary>
    public string Sql { get; set; } = "";
}
