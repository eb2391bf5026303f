using System.Text.Json;
using Platform.TestSupport;

namespace Platform.Benchmarks.Import;

/// <summary>ATT&amp;CK Enterprise, or a part of it.</summary>
/// <param name="Bytes">The bundle.</param>
/// <param name="Objects">All of its objects.</param>
/// <param name="Relationships">Those of them that are relationships; both ends are in the bundle.</param>
internal sealed record AttackBundle(byte[] Bytes, int Objects, int Relationships)
{
    private const string File = "attack/enterprise-attack-18.1.json.xz";

    /// <summary>The bundle and parts of it, smallest first; null where the data is not beside the checkout.</summary>
    public static async Task<IReadOnlyList<AttackBundle>?> ReadAsync(IReadOnlyList<int> divisors, CancellationToken ct)
    {
        if (Repository.DataFile(File) is not { } file)
        {
            return null;
        }

        using var document = JsonDocument.Parse(await Repository.ReadXzAsync(file, ct));
        var objects = document.RootElement.GetProperty("objects").EnumerateArray().ToList();
        return [.. divisors.Select(divisor => Part(objects, divisor))];
    }

    /// <summary>A share of the relationships, what they connect, and as much of the rest as makes the same share of all.</summary>
    private static AttackBundle Part(List<JsonElement> objects, int divisor)
    {
        var relationships = objects.Where(IsRelationship).ToList();
        var kept = relationships.Take(relationships.Count / divisor).ToList();
        var ends = kept.SelectMany(r => new[] { r.GetProperty("source_ref").GetString()!, r.GetProperty("target_ref").GetString()! }).ToHashSet();
        var others = objects.Where(o => !IsRelationship(o)).OrderByDescending(o => ends.Contains(o.GetProperty("id").GetString()!)).ToList();
        var wanted = Math.Max((objects.Count / divisor) - kept.Count, others.Count(o => ends.Contains(o.GetProperty("id").GetString()!)));
        List<JsonElement> part = divisor == 1 ? objects : [.. others.Take(wanted), .. kept];
        var bundle = JsonSerializer.SerializeToUtf8Bytes(new { type = "bundle", id = $"bundle--{Guid.NewGuid()}", objects = part });
        return new AttackBundle(bundle, part.Count, kept.Count);
    }

    private static bool IsRelationship(JsonElement o) => o.GetProperty("type").GetString() == "relationship";
}
