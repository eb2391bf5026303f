namespace Platform.Tenancy.Usage;

/// <summary>Adds up requests, one by one or many that are added up already.</summary>
internal sealed class UsageTotal
{
    private readonly long[] _bins = new long[Histogram.Bins];
    private long _requests;
    private long _errors;
    private long _refused;
    private long _received;
    private long _sent;

    public UsageSums Sums => new(_requests, _errors, _refused, _received, _sent, Histogram.Of(_bins));

    /// <summary>Adds one request.</summary>
    public void Add(int status, int bin, long received, long sent)
    {
        _requests++;
        _errors += status >= StatusCodes.Status400BadRequest ? 1 : 0;
        _refused += status == StatusCodes.Status429TooManyRequests ? 1 : 0;
        _received += received;
        _sent += sent;
        _bins[bin]++;
    }

    public void Add(in UsageSums sums)
    {
        _requests += sums.Requests;
        _errors += sums.Errors;
        _refused += sums.Refused;
        _received += sums.RequestBytes;
        _sent += sums.ResponseBytes;
        sums.Latencies.AddTo(_bins);
    }
}
