using System.Diagnostics;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>The JSON schemas of STIX 2.1 that OASIS publishes, out of the test data beside the checkout; npm's ajv applies them.</summary>
internal static class StixSchemas
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "IntegrationTests", "ThreatIntel", "Schemas");
    private static readonly Lazy<Task> Packages = new(() => RunAsync("npm", null, "ci", "--silent"));

    /// <summary>Fails, with what is wrong, unless this is a bundle whose objects all fit the schema of their type. Skips the test where the data is absent.</summary>
    /// <remarks>Object by object and not through the schema of the bundle, which tries every type on every object and says nothing of use.</remarks>
    public static async Task AssertValidAsync(JsonElement bundle)
    {
        var core = Repository.DataFile("stix-2.1/schemas/common/core.json");
        Assert.SkipWhen(core is null, "The test data is not beside the checkout.");
        Assert.Equal("bundle", bundle.GetProperty("type").GetString());
        Assert.Matches("^bundle--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", bundle.GetProperty("id").GetString());
        await Packages.Value;
        var schemas = Path.GetDirectoryName(Path.GetDirectoryName(core))!;
        Assert.Equal("", await RunAsync("node", bundle.GetProperty("objects"), "validate.mjs", schemas));
    }

    private static async Task<string> RunAsync(string program, JsonElement? input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await using (process.StandardInput)
        {
            await process.StandardInput.WriteAsync(input?.GetRawText() ?? "");
        }

        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}");
    }
}
