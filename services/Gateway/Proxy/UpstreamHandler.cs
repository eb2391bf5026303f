namespace Platform.Gateway.Proxy;

/// <summary>
/// One cluster's way to its service. A read that met no connection is tried once more; after several connections in a row
/// that nobody took, calls are refused at once until a single one gets through; beyond a number of calls under way further
/// ones are shed.
/// </summary>
internal sealed class UpstreamHandler(HttpMessageHandler inner, UpstreamLimits limits, TimeProvider clock) : DelegatingHandler(inner)
{
    private const int Attempts = 2;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(50);

    private int _underWay;
    private int _failures;
    private long _openUntil;

    /// <summary>Whether calls are refused without being tried.</summary>
    public bool IsOpen => Interlocked.Read(ref _openUntil) > clock.GetTimestamp();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _underWay) > limits.MostUnderWay)
        {
            Interlocked.Decrement(ref _underWay);
            throw new UpstreamRefusedException("Too many calls are under way.");
        }

        try
        {
            for (var attempt = 1; ; attempt++)
            {
                if (IsOpen)
                {
                    throw new UpstreamRefusedException("Nobody took the last connections.");
                }

                try
                {
                    var response = await base.SendAsync(request, cancellationToken);
                    if (_failures > 0)
                    {
                        Interlocked.Exchange(ref _failures, 0);
                    }

                    return response;
                }
                catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError)
                {
                    Fail();
                    if (attempt == Attempts || request.Content is not null || !IsRead(request.Method))
                    {
                        throw;
                    }
                }

                await Task.Delay(BetweenAttempts, clock, cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private void Fail()
    {
        if (Interlocked.Increment(ref _failures) >= limits.FailuresToOpen)
        {
            // The next failure after this opens it again: one call in each span is the probe.
            Interlocked.Exchange(ref _failures, limits.FailuresToOpen - 1);
            Interlocked.Exchange(ref _openUntil, clock.GetTimestamp() + (long)(limits.OpenFor.TotalSeconds * clock.TimestampFrequency));
        }
    }

    private static bool IsRead(HttpMethod method) => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options;
}

/// <summary>When a way to a service sheds, and when it is left alone.</summary>
/// <param name="MostUnderWay">Calls that wait for the begin of their answer.</param>
/// <param name="FailuresToOpen">Connections in a row that nobody took.</param>
/// <param name="OpenFor">How long it is left alone then.</param>
internal sealed record UpstreamLimits(int MostUnderWay, int FailuresToOpen, TimeSpan OpenFor);

/// <summary>A call that was not tried.</summary>
internal sealed class UpstreamRefusedException(string message) : HttpRequestException(message);
