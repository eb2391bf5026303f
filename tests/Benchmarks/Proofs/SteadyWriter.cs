using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.Benchmarks.Proofs;

/// <summary>
/// A client that writes one indicator after another and, as the API asks, repeats an unanswered write under the same
/// <c>Idempotency-Key</c> until it is acknowledged. What was acknowledged must be there afterwards, once.
/// </summary>
internal sealed class SteadyWriter : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly Api _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;
    private readonly List<(string Id, string Name)> _acknowledged = [];
    private TaskCompletionSource<string> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SteadyWriter(Api client)
    {
        _client = client;
        _work = WorkAsync();
    }

    /// <summary>Id and name of every write that was answered with 201, in order.</summary>
    public IReadOnlyList<(string Id, string Name)> Acknowledged
    {
        get
        {
            lock (_acknowledged)
            {
                return [.. _acknowledged];
            }
        }
    }

    /// <summary>The id of the first write that begins and is acknowledged from now on.</summary>
    public async Task<string> NextAsync(CancellationToken ct)
    {
        // The write under way may have been sent before; the one after it was not.
        await Volatile.Read(ref _next).Task.WaitAsync(ct);
        return await Volatile.Read(ref _next).Task.WaitAsync(ct);
    }

    /// <summary>Finishes the write under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work.WaitAsync(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(Pause);
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var name = $"write-{i}-{Guid.NewGuid():N}";
            string? id;
            while ((id = await TryWriteAsync(name)) is null)
            {
                await timer.WaitForNextTickAsync();
            }

            lock (_acknowledged)
            {
                _acknowledged.Add((id, name));
            }

            Interlocked.Exchange(ref _next, new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult(id);
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task<string?> TryWriteAsync(string name)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/threat-intel/indicators")
        {
            Content = JsonContent.Create(new { name, indicator_type = "domain-name", value = $"{name}.example.org" }),
        };
        request.Headers.Add("Idempotency-Key", name);
        try
        {
            using var response = await _client.Http.SendAsync(request, patience.Token);
            if (response.StatusCode != HttpStatusCode.Created)
            {
                return (int)response.StatusCode is >= 500 or 409 or 429
                    ? null
                    : throw new InvalidOperationException($"A write was answered with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(patience.Token)}");
            }

            using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(patience.Token));
            return body.RootElement.GetProperty("id").GetString();
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            return null;
        }
    }
}
