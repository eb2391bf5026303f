using Aspire.Hosting.Local;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Aspire.Hosting.Local.Tests;

/// <summary>An application in a folder of its own, without dashboard unless asked.</summary>
internal sealed class TestApplication : IAsyncDisposable
{
    private readonly bool _ownsFolder;
    private DistributedApplication? _app;

    public TestApplication(bool dashboard = false, string? folder = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("hosting-test-").FullName;
        Builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--data", Path.Combine(Folder, "data")],
            ProjectDirectory = Folder,
            DisableDashboard = !dashboard,
        });
    }

    public string Folder { get; }

    public IDistributedApplicationBuilder Builder { get; }

    public IServiceProvider Services => (_app ??= Builder.Build()).Services;

    public ResourceNotificationService States => Services.GetRequiredService<ResourceNotificationService>();

    public string Setting(string name) => Builder.Configuration.GetSection(name).Value ?? "";

    public async Task StartAsync()
    {
        _ = Services;
        await _app!.StartAsync(TestContext.Current.CancellationToken);
    }

    public Task StopAsync() => _app!.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>A program that a shell runs.</summary>
    public IResourceBuilder<ExecutableResource> AddShell(string name, string script)
        => Builder.AddExecutable(name, "/bin/sh", Folder, "-c", script);

    public IReadOnlyList<string> Lines(string name)
        => [.. Services.GetRequiredService<ResourceLoggerService>().Tail(name, 1000).Select(l => l.Content)];

    public async Task<IReadOnlyList<string>> LinesWhenAsync(string name, Func<IReadOnlyList<string>, bool> enough)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if (enough(Lines(name)))
            {
                break;
            }

            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return Lines(name);
    }

    /// <summary>The variables of a resource, with every endpoint of the application on a port of the test's choice.</summary>
    public async Task<Dictionary<string, string>> VariablesOfAsync(IResource resource)
    {
        var port = 5001;
        foreach (var endpoint in Builder.Resources.SelectMany(r => r.Annotations.OfType<EndpointAnnotation>()))
        {
            endpoint.AllocatedEndpoint ??= new AllocatedEndpoint(endpoint, "127.0.0.1", endpoint.Port ?? port++);
        }

        return (await Services.GetRequiredService<Launcher>().VariablesAsync(resource, TestContext.Current.CancellationToken)).Variables;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }

        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
