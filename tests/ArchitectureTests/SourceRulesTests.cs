using System.Text.RegularExpressions;
using Platform.TestSupport;

namespace Platform.ArchitectureTests;

/// <summary>Rules of the house that the compiler does not know.</summary>
public sealed partial class SourceRulesTests
{
    private static readonly string[] Rooms = ["AppHost", "ServiceDefaults", "services", "libs", "tests"];

    public static TheoryData<string> Services => ["Gateway", "Identity", "Tenancy", "ThreatIntel", "KnowledgeGraph", "Agent"];

    private static IEnumerable<string> Sources(params string[] folders) => folders
        .SelectMany(f => Directory.EnumerateFiles(Path.Combine(Repository.Root, f), "*.cs", SearchOption.AllDirectories))
        .Where(f => !Generated().IsMatch(f));

    [Fact]
    public void No_file_is_longer_than_400_lines()
    {
        var long_ = Sources(Rooms).Where(f => File.ReadLines(f).Count() > 400).ToList();
        Assert.Empty(long_);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Program_fits_in_40_lines(string service) =>
        Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "services", service, "Program.cs")).Count(), 1, 40);

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_service_says_what_it_is_for(string service) =>
        Assert.True(File.Exists(Path.Combine(Repository.Root, "services", service, "README.md")));

    [Theory]
    [InlineData(@"\bDateTime(Offset)?\.(Utc)?Now\b", "time comes from TimeProvider")]
    [InlineData(@"\.GetAwaiter\(\)\.GetResult\(\)", "nothing blocks on a task")]
    [InlineData(@"\bNotImplementedException\b", "no stubs")]
    [InlineData(@"//\s*(TODO|FIXME|HACK)\b", "no promises left in the code")]
    [InlineData(@"\bThread\.Sleep\(", "nothing sleeps on a thread")]
    [InlineData(@"\bFromSqlRaw\(|\bExecuteSqlRaw(Async)?\(", "SQL takes parameters by interpolation, never by text")]
    public void Product_code_keeps_away_from(string pattern, string why)
    {
        // Aspire's API has a Run that blocks until the application ends; there, at the top of the process, it may.
        var found = Sources("AppHost", "ServiceDefaults", "services", "libs").Where(f => Regex.IsMatch(File.ReadAllText(f), pattern)
            && !(why == "nothing blocks on a task" && f.EndsWith("Aspire.Hosting.Local/DistributedApplication.cs", StringComparison.Ordinal))).ToList();
        Assert.True(found.Count == 0, $"{why}: {string.Join(", ", found)}");
    }

    /// <summary>Files that may delay, with the reason: none of them waits for something to come true.</summary>
    public static readonly Dictionary<string, string> AllowedDelays = new()
    {
        ["tests/ServiceDefaults.Tests/Outbound/GuardedHttpTests.cs"] = "an upstream that never answers, until its caller leaves",
        ["tests/ServiceDefaults.Tests/Outbound/ServiceClientTests.cs"] = "an upstream that never answers, until its caller leaves",
        ["tests/ServiceDefaults.Tests/Health/HealthTests.cs"] = "a check that never ends",
        ["tests/IntegrationTests/Gateway/GatewayFeedTests.cs"] = "an upstream that never answers, until its caller leaves",
        ["tests/IntegrationTests/Agent/AgentFixture.cs"] = "a model that never answers, until its caller leaves",
        ["tests/TestSupport/CountedRequests.cs"] = "a client that comes back a moment after its gateway was killed",
        ["tests/Benchmarks/Harness/Machine.cs"] = "processors are in use over a time, not at a moment",
        ["tests/Benchmarks/Proofs/KillBrokerProof.cs"] = "a kill at a random moment",
        ["tests/Benchmarks/Proofs/KillImportProof.cs"] = "a kill at a random moment",
    };

    [Fact]
    public void Tests_wait_on_conditions_and_never_sleep()
    {
        var sleepers = Sources("tests").Where(f => !f.EndsWith("SourceRulesTests.cs", StringComparison.Ordinal) && Sleep().IsMatch(File.ReadAllText(f)))
            .Select(f => Path.GetRelativePath(Repository.Root, f)).Order(StringComparer.Ordinal).ToList();
        // Both ways: who stops sleeping leaves the list.
        Assert.Equal(AllowedDelays.Keys.Order(StringComparer.Ordinal), sleepers);
    }

    [Theory]
    [InlineData("await Task.Delay(500);")]
    [InlineData("await Task.Delay(pause, ct);")]
    [InlineData("await Task.WhenAny(work, Task\n    .Delay(Limit));")]
    [InlineData("Thread.Sleep(1);")]
    public void The_rule_against_sleeping_sees(string code) => Assert.Matches(Sleep(), code);

    [Fact]
    public void No_service_references_another_and_no_library_knows_the_platform()
    {
        foreach (var project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "services"), "*.csproj", SearchOption.AllDirectories))
        {
            foreach (Match reference in ProjectReference().Matches(File.ReadAllText(project)))
            {
                Assert.Matches("ServiceDefaults|Contracts|libs/", reference.Groups[1].Value);
            }
        }

        foreach (var file in Sources("libs"))
        {
            Assert.False(Regex.IsMatch(File.ReadAllText(file), @"\busing Platform\."), file);
        }
    }

    [Fact]
    public void Packages_are_pinned_exactly_and_centrally()
    {
        var central = File.ReadAllText(Path.Combine(Repository.Root, "Directory.Packages.props"));
        Assert.DoesNotMatch("PackageVersion Include=\"[^\"]+\" Version=\"[^\\[]", central);
        foreach (var project in Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories))
        {
            Assert.DoesNotMatch("PackageReference Include=\"[^\"]+\"[^>]* Version=", File.ReadAllText(project));
        }
    }

    [Fact]
    public void The_top_level_holds_only_what_the_layout_names()
    {
        string[] known =
        [
            "AppHost", "ServiceDefaults", "services", "libs", "tests", "deploy", "docs", "sdk", ".github", ".ci", ".config", ".git", ".data", ".tools",
            "Platform.sln", "README.md", "CONTRIBUTING.md", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editorconfig",
            "global.json", "platform", ".gitignore", ".gitattributes", "NuGet.config", "TestResults",
        ];
        Assert.Empty(Directory.EnumerateFileSystemEntries(Repository.Root).Select(Path.GetFileName).Except(known));
    }

    [GeneratedRegex(@"[\\/](bin|obj|Migrations)[\\/]")]
    private static partial Regex Generated();

    [GeneratedRegex(@"\bTask\s*\.\s*Delay\s*[(]|\bThread\s*\.\s*Sleep\s*[(]|\bSpinWait\b")]
    private static partial Regex Sleep();

    [GeneratedRegex("ProjectReference Include=\"([^\"]+)\"")]
    private static partial Regex ProjectReference();
}
