using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Platform.TestSupport;

/// <summary>A server that a bench or a test starts: its output in a file, its end with whoever started it.</summary>
public sealed class Child : IAsyncDisposable
{
    private static readonly HttpClient Probe = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;

    private Child(Process process, string name, string log)
    {
        _process = process;
        _name = name;
        _log = log;
    }

    public int Pid => _process.Id;

    /// <param name="folder">Where its output goes, as NAME.log.</param>
    /// <param name="environment">Variables besides this process' own; null takes one away.</param>
    public static Child Start(string folder, string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment = null, bool cleanEnvironment = false)
    {
        var log = Path.Combine(folder, name + ".log");
        var start = new ProcessStartInfo("bash", ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", log, .. command]) { WorkingDirectory = folder };
        if (cleanEnvironment)
        {
            start.Environment.Clear();
        }

        foreach (var (variable, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
            {
                start.Environment.Remove(variable);
            }
            else
            {
                start.Environment[variable] = value;
            }
        }

        return new Child(Process.Start(start)!, name, log);
    }

    /// <summary>Waits until an address answers as it should.</summary>
    public async Task ReadyAsync(Uri address, CancellationToken ct, Action<HttpRequestMessage>? prepare = null)
    {
        try
        {
            await Eventually.TrueAsync(() => AnswersAsync(address, prepare, ct), Patience, ct, $"{_name} at {address}");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} It said: {await File.ReadAllTextAsync(_log, ct)}");
        }
    }

    private async Task<bool> AnswersAsync(Uri address, Action<HttpRequestMessage>? prepare, CancellationToken ct)
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"{_name} ended: {await File.ReadAllTextAsync(_log, ct)}");
        }

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            prepare?.Invoke(request);
            using var response = await Probe.SendAsync(request, ct);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>A port that is free now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(_process.Id);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private static void Signal(int pid)
    {
        using var kill = Process.Start("kill", ["-TERM", pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
