using Platform.ServiceDefaults;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Platform.Agent.Semantics;

/// <summary>What a tenant adds to the shipped models, as its YAML says: other words, named metrics, examples.</summary>
internal sealed class TenantAdditions
{
    public const int MaxLength = 64 * 1024;

    /// <summary>Other words, by entity (<c>indicators</c>) or member (<c>indicators.severity</c>).</summary>
    public Dictionary<string, List<string>> Synonyms { get; set; } = [];

    /// <summary>A measure under a name of the tenant's own, narrowed by filters.</summary>
    public List<NamedMetric> Metrics { get; set; } = [];

    /// <summary>Questions with the plans that answer them.</summary>
    public List<PlanExample> Examples { get; set; } = [];

    /// <exception cref="FaultException">422: it is no such YAML.</exception>
    /// <remarks>Not called Parse: the library would call a method of that name for a text in the place of an object, and so itself for ever.</remarks>
    public static TenantAdditions Read(string yaml)
    {
        try
        {
            return new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithDuplicateKeyChecking()
                .Build().Deserialize<TenantAdditions?>(yaml) ?? new TenantAdditions();
        }
        catch (Exception exception) when (exception is YamlException or InvalidCastException or FormatException or ArgumentException or NotSupportedException)
        {
            var line = (exception as YamlException)?.Start.Line ?? 1;
            throw new FaultException(Faults.ValidationFault("yaml", $"line {line}: {Planning.Shown.Line((exception.InnerException ?? exception).Message, 200)}"));
        }
    }
}

/// <summary>A measure under another name.</summary>
internal sealed class NamedMetric
{
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string Entity { get; set; } = "";

    public string Measure { get; set; } = "";

    public List<MetricFilter> Filters { get; set; } = [];

    public List<string> Synonyms { get; set; } = [];
}

/// <summary>A condition of a named metric.</summary>
internal sealed class MetricFilter
{
    public string Field { get; set; } = "";

    public string Op { get; set; } = "equals";

    public List<string> Values { get; set; } = [];
}

/// <summary>A question and what it means.</summary>
internal sealed class PlanExample
{
    public string Question { get; set; } = "";

    public string Entity { get; set; } = "";

    public List<string> Measures { get; set; } = [];

    public List<string> Dimensions { get; set; } = [];

    public List<MetricFilter> Filters { get; set; } = [];
}
