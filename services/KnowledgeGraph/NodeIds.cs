using FluentValidation;

namespace Platform.KnowledgeGraph;

/// <summary>What an id in a request must be.</summary>
internal static class NodeIds
{
    public const int MaxLength = 256;

    public static bool IsValid(string? id) => id is { Length: > 0 and <= MaxLength } && !id.Contains('\0', StringComparison.Ordinal);

    public static IRuleBuilderOptions<T, string> MustBeNodeId<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(IsValid).WithMessage($"must be the id of a node, 1 to {MaxLength} characters");

    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> MustBeRelationshipTypes<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) =>
        rule.Must(types => types is null || (types.Count <= 50 && types.All(n => n is { Length: > 0 and <= 64 }))).WithMessage("must be at most 50 names of relationship types");
}
