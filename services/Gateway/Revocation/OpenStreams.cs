using System.Collections.Concurrent;
using Platform.Gateway.Authentication;

namespace Platform.Gateway.Revocation;

/// <summary>Answers that are still being streamed: a revocation ends them as it refuses new requests.</summary>
internal sealed class OpenStreams(Revocations revocations)
{
    private readonly ConcurrentDictionary<HttpContext, (Credential Credential, Action End)> _open = new();

    public int Count => _open.Count;

    /// <summary>Keeps an eye on a stream until the answer is disposed of.</summary>
    public Watch Add(HttpContext context, Credential credential) => Add(context, credential, context.Abort);

    /// <summary>The same for one that can be told why it ends; it takes the place of what was there.</summary>
    public Watch Add(HttpContext context, Credential credential, Action end)
    {
        _open[context] = (credential, end);
        return new Watch(this, context);
    }

    /// <summary>Ends the streams of everybody whom the tables refuse.</summary>
    public void EndRevoked() => End(revocations.Void);

    public void EndOfTenant(Guid tenant) => End(c => c.Caller.TenantId == tenant);

    private void End(Func<Credential, bool> which)
    {
        foreach (var (context, stream) in _open)
        {
            if (which(stream.Credential) && _open.TryRemove(context, out _))
            {
                stream.End();
            }
        }
    }

    internal readonly struct Watch(OpenStreams streams, HttpContext context) : IDisposable
    {
        public void Dispose() => streams._open.TryRemove(context, out _);
    }
}
