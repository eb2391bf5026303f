using System.Reflection;
using System.Text;
using Platform.Contracts;
using Platform.TestSupport;

namespace Platform.ContractTests;

/// <summary>
/// Events change by addition only. Each event's shape stands in <c>Events/{name}.txt</c>; a member that left or changed
/// its type breaks consumers that were deployed before. <c>PLATFORM_UPDATE_SNAPSHOTS=1</c> writes the files anew.
/// </summary>
public sealed class EventSnapshotTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "ContractTests", "Events");

    public static TheoryData<string> Events => new(EventTypes().Select(t => t.FullName!));

    private static IEnumerable<Type> EventTypes() => typeof(IIntegrationEvent).Assembly.GetExportedTypes()
        .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IIntegrationEvent)));

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_keeps_every_member_that_it_ever_had(string name)
    {
        var type = typeof(IIntegrationEvent).Assembly.GetType(name)!;
        var now = Describe(type);
        var file = Path.Combine(Folder, name + ".txt");
        if (Environment.GetEnvironmentVariable("PLATFORM_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, now);
        }

        Assert.True(File.Exists(file), $"{name} has no snapshot: run the tests once with PLATFORM_UPDATE_SNAPSHOTS=1 and commit it.");
        var missing = File.ReadAllLines(file).Except(now.Split('\n'));
        Assert.Empty(missing);
    }

    [Fact]
    public void No_event_that_was_published_is_gone()
    {
        var known = Directory.EnumerateFiles(Folder, "*.txt").Select(Path.GetFileNameWithoutExtension);
        Assert.Empty(known.Except(EventTypes().Select(t => t.FullName)));
    }

    [Fact]
    public void Events_are_named_in_the_past_tense()
    {
        Assert.All(EventTypes(), t => Assert.Matches("(ed|Set|Sent|Reached|In)$", t.Name));
    }

    private static string Describe(Type type)
    {
        var text = new StringBuilder();
        var seen = new HashSet<Type>();
        var open = new Queue<Type>([type]);
        while (open.TryDequeue(out var current))
        {
            if (!seen.Add(current))
            {
                continue;
            }

            if (current.IsEnum)
            {
                foreach (var value in Enum.GetNames(current))
                {
                    text.Append(current.Name).Append('.').Append(value).Append(" = ").Append(Convert.ToInt32(Enum.Parse(current, value))).Append('\n');
                }

                continue;
            }

            foreach (var property in current.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(p => p.Name, StringComparer.Ordinal))
            {
                text.Append(current.Name).Append('.').Append(property.Name).Append(": ").Append(property.PropertyType).Append('\n');
                foreach (var used in property.PropertyType.GenericTypeArguments.Append(property.PropertyType))
                {
                    if (used.Assembly == type.Assembly)
                    {
                        open.Enqueue(used);
                    }
                }
            }
        }

        return text.ToString();
    }
}
