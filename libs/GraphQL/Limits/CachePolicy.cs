namespace Platform.GraphQL;

/// <summary>How long an answer may be kept, and for whom: the least of what its fields allow (<c>@cacheControl</c>).</summary>
/// <param name="MaxAge">Seconds; 0: not at all.</param>
/// <param name="IsPrivate">For this caller alone.</param>
public sealed record CachePolicy(int MaxAge, bool IsPrivate)
{
    public static CachePolicy None { get; } = new(0, true);
}
