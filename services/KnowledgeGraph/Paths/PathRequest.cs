using FluentValidation;
using Platform.Contracts;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>A search for paths.</summary>
/// <param name="SourceId">Where they start.</param>
/// <param name="TargetId">Where they end.</param>
/// <param name="MaxDepth">At most this many relationships, 1–20.</param>
/// <param name="RelationshipTypes">Follow only these, such as <c>uses</c>.</param>
/// <param name="All">Answer all shortest paths (at most 100), or with a weight all of the least weight.</param>
/// <param name="K">Answer this many, the shortest first, none with a node twice; 1–100, not together with all.</param>
/// <param name="WeightProperty">
/// Search by the sum of this number of the relationships, taken to six decimals; one that has none counts as 1.
/// </param>
/// <param name="Directed">Follow relationships only from source to target.</param>
/// <param name="Tlp">Go through nothing above this level.</param>
/// <param name="From">Follow only relationships that are in force at or after this moment.</param>
/// <param name="Until">Follow only relationships that are in force at or before this moment.</param>
internal sealed record PathRequest(
    string SourceId,
    string TargetId,
    int MaxDepth = 5,
    IReadOnlyList<string>? RelationshipTypes = null,
    bool All = false,
    int? K = null,
    string? WeightProperty = null,
    bool Directed = false,
    TlpLevel? Tlp = null,
    DateTimeOffset? From = null,
    DateTimeOffset? Until = null);

/// <summary>A path: one node more than relationships.</summary>
/// <param name="Length">How many relationships.</param>
/// <param name="Nodes">From source to target.</param>
/// <param name="Relationships">In the order of the path, each in its own direction.</param>
/// <param name="Weight">The sum of its weights, where asked for by them.</param>
/// <param name="Paths">All paths, where more than one is asked for; the first is the one above.</param>
internal sealed record PathAnswer(
    int Length, IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphRelationship> Relationships, double? Weight, IReadOnlyList<FoundPath>? Paths);

internal sealed class PathRequestValidator : AbstractValidator<PathRequest>
{
    public PathRequestValidator()
    {
        RuleFor(r => r.SourceId).MustBeNodeId();
        RuleFor(r => r.TargetId).MustBeNodeId();
        RuleFor(r => r.MaxDepth).InclusiveBetween(1, 20).WithMessage("must be a whole number from 1 to 20");
        RuleFor(r => r.RelationshipTypes).MustBeRelationshipTypes();
        RuleFor(r => r.K).InclusiveBetween(1, 100).WithMessage("must be a whole number from 1 to 100");
        RuleFor(r => r.K).Null().When(r => r.All).WithMessage("cannot be given together with all");
        RuleFor(r => r.WeightProperty).Must(w => w is null || Vocabulary.IsIdentifier(w)).WithMessage("must be the name of a property: letters, digits and _");
        RuleFor(r => r.Until).Must((r, until) => until is null || r.From is null || until >= r.From).WithMessage("must not be before from");
    }
}
