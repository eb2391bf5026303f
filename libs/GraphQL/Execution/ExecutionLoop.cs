using System.Collections.Concurrent;

namespace Platform.GraphQL;

/// <summary>
/// Runs one operation's continuations one after another, on whatever thread is free, and calls back when none is left:
/// that moment is when loaders fetch, and it is why the executor needs no locks. Upstream calls still go on side by side.
/// </summary>
internal sealed class ExecutionLoop(Func<bool> idle) : SynchronizationContext, IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private int _running;

    public override void Post(SendOrPostCallback d, object? state)
    {
        _queue.Enqueue((d, state));
        if (Interlocked.CompareExchange(ref _running, 1, 0) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    /// <summary>Makes sure that idleness is noticed once more, for work that came from outside the loop.</summary>
    public void Wake()
    {
        if (Current != this)
        {
            Post(static _ => { }, null);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Resolvers do not block.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Starts the work on this thread; it is done when the task is.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var outer = Current;
        Volatile.Write(ref _running, 1);
        SetSynchronizationContext(this);
        try
        {
            var task = work();
            Drain();
            return task;
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            Drain();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    private void Drain()
    {
        do
        {
            do
            {
                while (_queue.TryDequeue(out var next))
                {
                    next.Callback(next.State);
                }
            }
            while (idle());

            // A full fence: whoever enqueues after this either sees 0 or is seen below.
            Interlocked.Exchange(ref _running, 0);
        }
        while (!_queue.IsEmpty && Interlocked.CompareExchange(ref _running, 1, 0) == 0);
    }
}
