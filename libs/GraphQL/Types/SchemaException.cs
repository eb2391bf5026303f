namespace Platform.GraphQL;

/// <summary>A schema that is none (specification 3): everything that is wrong with it.</summary>
public sealed class SchemaException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
