using System.Collections.Concurrent;
using Platform.Gateway.Authentication;

namespace Platform.Gateway.Revocation;

/// <summary>Answers that are still being streamed: a revocation ends them as it refuses new requests.</summary>
internal sealed class OpenStreams(Revocations revocations)
{
    private readonly ConcurrentDictionary<HttpContext, Credential> _open = new();

    public int Count => _open.Count;

    /// <summary>Keeps an eye on a stream until the answer is disposed of.</summary>
    public Watch Add(HttpContext context, Credential credential)
    {
        _open[context] = credential;
        return new Watch(this, context);
    }

    /// <summary>Ends the streams of everybody whom the tables refuse.</summary>
    public void EndRevoked() => End(revocations.Void);

    public void EndOfTenant(Guid tenant) => End(c => c.Caller.TenantId == tenant);

    private void End(Func<Credential, bool> which)
    {
        foreach (var (context, credential) in _open)
        {
            if (which(credential) && _open.TryRemove(context, out _))
            {
                context.Abort();
            }
        }
    }

    internal readonly struct Watch(OpenStreams streams, HttpContext context) : IDisposable
    {
        public void Dispose() => streams._open.TryRemove(context, out _);
    }
}
