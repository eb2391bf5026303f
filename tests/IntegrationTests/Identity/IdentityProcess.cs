using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Identity;

/// <summary>The service as a process of its own on one database, started and killed as often as a test wants.</summary>
internal sealed class IdentityProcess(Stack stack, TestDatabase database) : IAsyncDisposable
{
    private static readonly Caller Admin = new(
        WellKnown.DefaultTenantId, Guid.CreateVersion7().ToString(), CallerKind.User,
        PermissionSet.Parse("read:all write:all manage:users read:audit use:chat"), TlpLevel.Red, Guid.CreateVersion7());

    private static readonly Caller Nobody = new(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, PermissionSet.Parse("use:anonymous"), TlpLevel.Clear);

    private readonly byte[] _internalKey = RandomNumberGenerator.GetBytes(32);
    private readonly string _sealingKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly string _prefix = $"k{Guid.NewGuid():N}"[..9];
    private readonly string _passwordFile = Path.Combine(Path.GetTempPath(), $"admin-{Guid.NewGuid():N}");
    private readonly ConcurrentQueue<string?> _said = new();
    private Process? _process;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Where it is now; another start is elsewhere.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Calls it as an administrator.</summary>
    public HttpClient Client { get; private set; } = null!;

    public Task<string> AdminPasswordAsync() => File.ReadAllTextAsync(_passwordFile, Ct);

    /// <summary>Makes requests anonymous ones of the gateway.</summary>
    public HttpMessageHandler AsGateway(HttpMessageHandler inner) => new RenewingHandler(() => Token(Nobody), inner);

    public async Task StartAsync()
    {
        var port = FreePort.Take();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory };
        start.ArgumentList.Add(Assembly());
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["ConnectionStrings__identitydb"] = database.Owner,
            ["ConnectionStrings__rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
            ["Messaging__Prefix"] = _prefix,
            ["InternalAuth__Key"] = Convert.ToBase64String(_internalKey),
            ["Identity__Issuer"] = IdentityFixture.Issuer,
            ["Identity__KeyEncryptionKey"] = _sealingKey,
            ["Identity__AdminPasswordFile"] = _passwordFile,
            ["Identity__PasswordIterations"] = "210000",
            ["Logging__LogLevel__Default"] = "Error",
        })
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _said.Enqueue(line.Data);
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Address = new Uri($"http://127.0.0.1:{port}");
        Client?.Dispose();
        Client = new HttpClient(new RenewingHandler(() => Token(Admin), new SocketsHttpHandler())) { BaseAddress = Address };
        await Eventually.TrueAsync(
            async () =>
            {
                AssertRuns();
                try
                {
                    using var ready = await Client.GetAsync(new Uri("/api/v2/audit?limit=1", UriKind.Relative), Ct);
                    return ready.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromMinutes(2), Ct, "The service");
    }

    /// <summary>Fails with what the service said, where it has ended by itself.</summary>
    public void AssertRuns() => Assert.False(_process!.HasExited, $"The service ended: {Said()}");

    /// <summary>What the service said.</summary>
    public string Said() => string.Join('\n', _said);

    /// <summary>SIGKILL: nothing is finished.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(Ct);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Client?.Dispose();
        File.Delete(_passwordFile);
    }

    private string Token(Caller caller) => InternalTokens.Issue(caller, "identity", _internalKey, TimeProvider.System.GetUtcNow());

    /// <summary>What the AppHost would start, which is compiled ahead of time, where a Release build has made it.</summary>
    private static string Assembly()
    {
        const string Name = "Platform.Identity.dll";
        var build = Path.Combine(Repository.Root, "services/Identity/bin/Release/net10.0");
        var published = Path.Combine(build, "publish", Name);
        var isCurrent = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) && File.Exists(published)
            && File.GetLastWriteTimeUtc(Path.Combine(build, "publish/.complete")) >= File.GetLastWriteTimeUtc(Path.Combine(build, Name));
        return isCurrent ? published : Path.Combine(AppContext.BaseDirectory, Name);
    }

    /// <summary>Internal tokens live a minute; each request has a fresh one.</summary>
    private sealed class RenewingHandler(Func<string> token, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token());
            return base.SendAsync(request, cancellationToken);
        }
    }
}
