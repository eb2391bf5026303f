namespace Platform.Agent.Planning;

/// <summary>The relationship types that a question can be about; the fixed list behind every compiled query.</summary>
internal enum RelationKind
{
    Uses,
    Mitigates,
    Detects,
    SubtechniqueOf,
    AttributedTo,
    Targets,
    Indicates,
    Exploits,
    Delivers,
    Drops,
    Downloads,
    Controls,
    CommunicatesWith,
    Compromises,
    Hosts,
    Owns,
    Impersonates,
    VariantOf,
    LocatedAt,
    OriginatesFrom,
    AuthoredBy,
    RevokedBy,
}
