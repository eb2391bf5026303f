using Platform.Contracts;

namespace Platform.KnowledgeGraph.Projection;

/// <summary>
/// What is known of one id at each of the five levels: the newest revision seen, and whether the object is there or
/// gone. It does not matter which graphs exist: a level without a graph of its own is seen through the next lower one.
/// </summary>
internal sealed class Slots
{
    public const int Count = 5;

    /// <summary>Revision × 2, plus 1 where the object is there; 0 where nothing is known.</summary>
    private readonly long[] _codes;

    public Slots() => _codes = new long[Count];

    public Slots(IReadOnlyList<long> codes) => _codes = [.. codes];

    public IReadOnlyList<long> Codes => _codes;

    /// <summary>
    /// Takes a version that is there from one level up to, but not including, another, and gone below. Older versions
    /// change nothing; the same version again counts as taken, so that an interrupted change is finished.
    /// </summary>
    /// <returns>The levels at which the version holds, as bits: there, and gone.</returns>
    public (int There, int Gone) Take(long revision, TlpLevel from, TlpLevel? until)
    {
        var end = until is { } level ? (int)level : Count;
        var there = 0;
        var gone = 0;
        for (var slot = 0; slot < end; slot++)
        {
            var here = slot >= (int)from;
            if (Accept(slot, revision, here))
            {
                there |= here ? 1 << slot : 0;
                gone |= here ? 0 : 1 << slot;
            }
        }

        return (there, gone);
    }

    /// <summary>Takes a removal at every level, or at those below one. Answers the levels at which it holds, as bits.</summary>
    public int Remove(long revision, TlpLevel? below)
    {
        var end = below is { } level ? (int)level : Count;
        var gone = 0;
        for (var slot = 0; slot < end; slot++)
        {
            gone |= Accept(slot, revision, false) ? 1 << slot : 0;
        }

        return gone;
    }

    private bool Accept(int slot, long revision, bool there)
    {
        var code = (revision * 2) + (there ? 1 : 0);
        if (_codes[slot] >> 1 > revision)
        {
            return false;
        }

        // A removal and an upsert of one revision cannot both be; should they, the removal wins in any order.
        if (_codes[slot] >> 1 == revision && _codes[slot] != 0 && there && (_codes[slot] & 1) == 0)
        {
            return false;
        }

        _codes[slot] = code;
        return true;
    }
}
