namespace Platform.ServiceDefaults;

/// <summary>How a call to another service failed.</summary>
public enum UpstreamFailure
{
    /// <summary>It cannot be reached, or its circuit is open.</summary>
    Unavailable,

    /// <summary>It did not answer in time.</summary>
    Timeout,
}

/// <summary>A service that this one needs did not answer. Becomes 502 or 504 unless it is caught.</summary>
/// <param name="client">The name of the service client.</param>
/// <param name="failure">How it failed.</param>
/// <param name="retryAfter">When the circuit lets the next attempt through, where that is known.</param>
/// <param name="innerException">The cause; for logs only.</param>
public sealed class UpstreamException(string client, UpstreamFailure failure, TimeSpan? retryAfter, Exception innerException)
    : HttpRequestException(
        failure == UpstreamFailure.Timeout ? $"The service '{client}' did not answer in time." : $"The service '{client}' cannot be reached.",
        innerException)
{
    public string Client { get; } = client;

    public UpstreamFailure Failure { get; } = failure;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}
