namespace Platform.Contracts;

/// <summary>
/// Traffic Light Protocol 2.0 (FIRST) as an order: a caller sees an object when the caller's clearance is at
/// least the object's level. Unmarked objects are <see cref="Clear"/>.
/// </summary>
public enum TlpLevel
{
    Clear = 0,
    Green = 1,
    Amber = 2,
    AmberStrict = 3,
    Red = 4,
}

/// <summary>The spelling of TLP levels on the wire: clear, green, amber, amber+strict, red.</summary>
public static class TlpLevels
{
    private static readonly string[] Names = ["clear", "green", "amber", "amber+strict", "red"];

    /// <summary>All spellings, from the most open to the most closed.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The wire spelling of a level.</summary>
    public static string ToWire(this TlpLevel level) => Names[(int)level];

    /// <summary>Reads a wire spelling, in any case; the TLP 1.0 name <c>white</c> is read as clear.</summary>
    public static bool TryParse(string? text, out TlpLevel level)
    {
        level = TlpLevel.Clear;
        if (string.Equals(text, "white", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        for (var i = 0; i < Names.Length; i++)
        {
            if (string.Equals(Names[i], text, StringComparison.OrdinalIgnoreCase))
            {
                level = (TlpLevel)i;
                return true;
            }
        }

        return false;
    }
}
