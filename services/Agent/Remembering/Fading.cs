using Platform.Agent.Storage;

namespace Platform.Agent.Remembering;

/// <summary>
/// How much a memory counts: what is used grows stronger, what is not loses half of its weight every thirty days and is
/// as good as forgotten below a tenth.
/// </summary>
internal static class Fading
{
    public const double Forgotten = 0.1;
    private const double Strongest = 10;
    private static readonly TimeSpan HalfLife = TimeSpan.FromDays(30);

    public static double WeightAt(Memory memory, DateTimeOffset now) =>
        memory.Weight * Math.Pow(0.5, Math.Max(0, (now - memory.UsedAt) / HalfLife));

    /// <summary>It helped once more.</summary>
    public static void Strengthen(Memory memory, DateTimeOffset now)
    {
        memory.Weight = Math.Min(Strongest, WeightAt(memory, now) + 1);
        memory.UsedAt = now;
        memory.Uses++;
    }

    /// <summary>It misled.</summary>
    public static void Weaken(Memory memory, DateTimeOffset now)
    {
        memory.Weight = WeightAt(memory, now) / 4;
        memory.UsedAt = now;
    }
}
