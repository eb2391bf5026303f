using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>
/// Where answers of queries are kept as long as <see cref="AdmittedRequest.Cache"/> allows. The key is the server's:
/// <see cref="AdmittedRequest.Fingerprint"/> and whatever of the caller an answer depends on, all of it when the policy is private.
/// </summary>
public sealed class KeptAnswers
{
    /// <summary>The answer as UTF-8 JSON; null when none is kept.</summary>
    public required Func<HttpContext, AdmittedRequest, CancellationToken, ValueTask<ReadOnlyMemory<byte>?>> Find { get; init; }

    /// <summary>Keeps an answer without errors.</summary>
    public required Func<HttpContext, AdmittedRequest, ReadOnlyMemory<byte>, CancellationToken, ValueTask> Store { get; init; }
}
