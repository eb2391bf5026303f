using System.Runtime.CompilerServices;
using Platform.Gateway.GraphQL;
using Platform.GraphQL;

namespace Platform.Gateway.Tests.GraphQL;

public sealed class SchemaSnapshotTests
{
    /// <summary>What clients have been given. <c>PLATFORM_UPDATE_SNAPSHOTS=1</c> writes it anew, after a look at what breaks them.</summary>
    [Fact]
    public async Task The_schema_is_the_published_one_and_breaks_no_client_of_it()
    {
        var schema = PlatformSchema.Build();
        var file = Path.Combine(Folder(), "schema.graphql");
        if (Environment.GetEnvironmentVariable("PLATFORM_UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(file, schema.ToSdl(), TestContext.Current.CancellationToken);
        }

        var published = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Empty(SchemaChanges.Between(Schema.FromSdl(published), schema));
        Assert.Equal(published, schema.ToSdl());
    }

    [Fact]
    public void Every_field_of_a_service_needs_a_permission_or_is_the_callers_own()
    {
        // What these show depends on more than one permission; their service decides.
        string[] byService = ["analytics", "me", "user", "apiKeys", "apiKey"];
        Assert.Equal(byService.Order(StringComparer.Ordinal), PlatformSchema.Build().Query.Fields.Where(f => f.Permissions.Count == 0).Select(f => f.Name).Order(StringComparer.Ordinal));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
