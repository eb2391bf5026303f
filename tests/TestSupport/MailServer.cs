using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Platform.TestSupport;

/// <summary>
/// A real SMTP server (Debian's <c>python3-aiosmtpd</c>, RFC 5321) that puts what it takes into a Maildir. It runs as
/// whoever runs the tests, on a port of its own.
/// </summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"maildir-{Guid.NewGuid():N}");
    private Process? _process;

    public int Port { get; } = FreePort();

    /// <summary>Starts the server and waits until it greets.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "-m", "aiosmtpd", "-n", "-l", $"127.0.0.1:{Port}", "-c", "aiosmtpd.handlers.Mailbox", _folder })
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        await Eventually.TrueAsync(
            async () =>
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException(
                        "The mail server did not start; install Debian's package python3-aiosmtpd (./platform test does). " + await _process.StandardError.ReadToEndAsync(ct));
                }

                return await GreetsAsync(ct);
            },
            TimeSpan.FromSeconds(60), ct, "The mail server");
    }

    /// <summary>Stops it as a power cut would.</summary>
    public async Task StopAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    /// <summary>All mails taken so far, as they were sent.</summary>
    public IReadOnlyList<string> Mails() => Directory.Exists(Path.Combine(_folder, "new"))
        ? [.. Directory.GetFiles(Path.Combine(_folder, "new")).Select(File.ReadAllText)]
        : [];

    /// <summary>Waits for a mail to an address whose text holds something, and not something else; its body, decoded.</summary>
    public async Task<string> WaitForAsync(string to, string text, CancellationToken ct, string? skip = null)
    {
        string? found = null;
        await Eventually.TrueAsync(
            () =>
            {
                found = Mails().Where(m => m.Contains($"To: {to}", StringComparison.OrdinalIgnoreCase)).Select(BodyOf)
                    .FirstOrDefault(b => b.Contains(text, StringComparison.Ordinal) && (skip is null || !b.Contains(skip, StringComparison.Ordinal)));
                return Task.FromResult(found is not null);
            },
            TimeSpan.FromSeconds(60), ct, $"A mail to {to}");
        return found!;
    }

    /// <summary>The text of a mail: quoted-printable or base64 undone (RFC 2045).</summary>
    public static string BodyOf(string mail)
    {
        var end = mail.ReplaceLineEndings("\n").IndexOf("\n\n", StringComparison.Ordinal);
        var (head, body) = (mail.ReplaceLineEndings("\n")[..end], mail.ReplaceLineEndings("\n")[(end + 2)..]);
        if (head.Contains("base64", StringComparison.OrdinalIgnoreCase))
        {
            return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(body.Replace("\n", "", StringComparison.Ordinal)));
        }

        return head.Contains("quoted-printable", StringComparison.OrdinalIgnoreCase)
            ? System.Text.RegularExpressions.Regex.Replace(
                body.Replace("=\n", "", StringComparison.Ordinal), "=([0-9A-F]{2})", m => ((char)Convert.ToInt32(m.Groups[1].Value, 16)).ToString())
            : body;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task<bool> GreetsAsync(CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, ct);
            using var reader = new StreamReader(client.GetStream());
            return (await reader.ReadLineAsync(ct))?.StartsWith("220", StringComparison.Ordinal) == true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
