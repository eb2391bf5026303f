namespace Platform.TestSupport;

/// <summary>
/// Another gateway of a running platform, with the first one's environment: the same keys, owners, Redis, broker and
/// journal root, and addresses of its own.
/// </summary>
public static class SecondGateway
{
    private const string ResourceMark = "ASPIRE_LOCAL_RESOURCE";

    /// <param name="platform">The platform.</param>
    /// <param name="folder">Where its output goes.</param>
    /// <param name="name">Under which name.</param>
    /// <param name="different">Settings that it has of its own.</param>
    /// <param name="ct">Stops the waiting.</param>
    public static async Task<(Child Process, Uri Address)> StartAsync(
        PlatformInstance platform, string folder, string name, IReadOnlyDictionary<string, string?> different, CancellationToken ct)
    {
        var first = await platform.PidOfAsync("gateway");
        var port = Child.FreePort();
        var environment = new Dictionary<string, string?>(ProcessFigures.Environment(first))
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["MANAGEMENT_PORT"] = $"{Child.FreePort()}",
            ["INTERNAL_PORT"] = $"{Child.FreePort()}",
        };
        // DOTNET_PerfMapEnabled=1 and the like, for whoever looks into it.
        foreach (System.Collections.DictionaryEntry own in Environment.GetEnvironmentVariables())
        {
            if (own.Key is string key && key.StartsWith("DOTNET_", StringComparison.Ordinal))
            {
                environment[key] = (string?)own.Value;
            }
        }

        // The AppHost ends with a resource whatever else bears its mark.
        environment.Remove(ResourceMark);
        foreach (var (variable, value) in different)
        {
            environment[variable] = value;
        }

        var child = Child.Start(folder, name, ProcessFigures.Command(first), environment, cleanEnvironment: true);
        var address = new Uri($"http://127.0.0.1:{port}");
        await child.ReadyAsync(new Uri(address, "/ready"), ct);
        return (child, address);
    }
}
