namespace Platform.GraphQL.Language;

/// <summary>
/// Names of documents, kept once each while there is room: a schema's names come again in every document, and two equal
/// ones are then one string.
/// </summary>
internal static class Names
{
    private const int Slots = 4096;
    private static readonly string?[] Table = new string?[Slots];

    public static string Of(ReadOnlySpan<char> name)
    {
        // A slot is overwritten by whoever comes later: nothing grows, and nobody's names keep another's out.
        ref var slot = ref Table[(string.GetHashCode(name) & int.MaxValue) % Slots];
        var known = Volatile.Read(ref slot);
        if (known is not null && name.SequenceEqual(known))
        {
            return known;
        }

        var made = name.ToString();
        if (made.Length <= 64)
        {
            Volatile.Write(ref slot, made);
        }

        return made;
    }
}
