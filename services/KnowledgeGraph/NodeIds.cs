using FluentValidation;

namespace Platform.KnowledgeGraph;

/// <summary>What an id in a request must be.</summary>
internal static class NodeIds
{
    public const int MaxLength = 256;

    public static bool IsValid(string? id) => id is { Length: > 0 and <= MaxLength } && !id.Contains('\0', StringComparison.Ordinal);

    public static IRuleBuilderOptions<T, string> MustBeNodeId<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(IsValid).WithMessage($"must be the id of a node, 1 to {MaxLength} characters");
}
