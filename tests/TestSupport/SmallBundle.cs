using System.Text.Json;

namespace Platform.TestSupport;

/// <summary>A bundle of a few objects with ids of its own, so that tests do not meet.</summary>
public static class SmallBundle
{
    /// <summary>An intrusion set that uses a malware; plus an indicator.</summary>
    public static byte[] Create(out string actor, out string malware, string name = "Quiet Heron", string? marking = null)
    {
        actor = $"intrusion-set--{Guid.NewGuid()}";
        malware = $"malware--{Guid.NewGuid()}";
        return Bundle(
        [
            Object(actor, marking, new { name, description = "A group of fiction." }),
            Object(malware, marking, new { name = name + " Loader", is_family = true, malware_types = new[] { "dropper" } }),
            Object($"indicator--{Guid.NewGuid()}", marking, new
            {
                name = name + " beacon",
                pattern = "[domain-name:value = 'beacon.example.org']",
                pattern_type = "stix",
                valid_from = "2026-01-01T00:00:00Z",
                indicator_types = new[] { "malicious-activity" },
            }),
            Object($"relationship--{Guid.NewGuid()}", marking, new { relationship_type = "uses", source_ref = actor, target_ref = malware }),
        ]);
    }

    /// <summary>Many malware objects of one actor, for imports that take a moment.</summary>
    public static byte[] Large(int count, out string actor)
    {
        var source = actor = $"intrusion-set--{Guid.NewGuid()}";
        var objects = new List<Dictionary<string, object?>> { Object(source, null, new { name = "Busy Ibis " + source[^6..] }) };
        for (var i = 0; i < count; i++)
        {
            var target = $"malware--{Guid.NewGuid()}";
            objects.Add(Object(target, null, new { name = $"Sample {i}", is_family = false, description = new string('x', 400) }));
            objects.Add(Object($"relationship--{Guid.NewGuid()}", null, new { relationship_type = "uses", source_ref = source, target_ref = target }));
        }

        return Bundle(objects);
    }

    public static byte[] Bundle(IEnumerable<object> objects) =>
        JsonSerializer.SerializeToUtf8Bytes(new { type = "bundle", id = $"bundle--{Guid.NewGuid()}", objects });

    public static Dictionary<string, object?> Object(string id, string? marking, object properties)
    {
        var result = new Dictionary<string, object?>
        {
            ["type"] = id[..id.IndexOf("--", StringComparison.Ordinal)],
            ["spec_version"] = "2.1",
            ["id"] = id,
            ["created"] = "2026-01-01T00:00:00.000Z",
            ["modified"] = "2026-01-01T00:00:00.000Z",
        };
        if (marking is not null)
        {
            result["object_marking_refs"] = new[] { marking };
        }

        foreach (var property in properties.GetType().GetProperties())
        {
            result[property.Name] = property.GetValue(properties);
        }

        return result;
    }
}
