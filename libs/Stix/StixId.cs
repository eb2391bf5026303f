using System.Text;

namespace Stix;

/// <summary>
/// The identifier of a STIX object: <c>object-type--UUID</c> (STIX 2.1 section 2.9).
/// </summary>
public static class StixId
{
    /// <summary>Longest type name (STIX 2.1 section 2.9 and 11.1).</summary>
    public const int MaxTypeLength = 250;

    private const int UuidLength = 36;

    /// <summary>Whether the text is a well-formed identifier.</summary>
    public static bool IsValid(ReadOnlySpan<char> id) => TrySplit(id, out _);

    /// <summary>The type named by a well-formed identifier.</summary>
    public static bool TrySplit(ReadOnlySpan<char> id, out ReadOnlySpan<char> type)
    {
        type = default;
        var at = id.Length - UuidLength - 2;
        if (at < 1 || id[at] != '-' || id[at + 1] != '-' || !IsType(id[..at]) || !IsUuid(id[(at + 2)..]))
        {
            return false;
        }

        type = id[..at];
        return true;
    }

    /// <summary>Whether a well-formed identifier names this type.</summary>
    public static bool IsOfType(ReadOnlySpan<char> id, ReadOnlySpan<char> type) =>
        TrySplit(id, out var found) && found.SequenceEqual(type);

    /// <summary>Whether the text can be a type: 3–250 of a–z, 0–9 and hyphen (STIX 2.1 section 2.9, 11.1).</summary>
    public static bool IsType(ReadOnlySpan<char> type)
    {
        if (type.Length is < 3 or > MaxTypeLength)
        {
            return false;
        }

        foreach (var c in type)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Joins a type and a UUID.</summary>
    public static string Create(string type, Guid uuid) =>
        new StringBuilder(type.Length + 2 + UuidLength).Append(type).Append("--").Append(uuid.ToString("D")).ToString();

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var ok = i is 8 or 13 or 18 or 23 ? text[i] == '-' : char.IsAsciiHexDigit(text[i]);
            if (!ok)
            {
                return false;
            }
        }

        return text.Length == UuidLength;
    }
}
