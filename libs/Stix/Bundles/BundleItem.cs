namespace Stix.Bundles;

/// <summary>Something wrong with one object of a bundle, or with the bundle from a place on.</summary>
/// <param name="Path">Where, as a JSON path: <c>$.objects[12].created</c>.</param>
/// <param name="Message">What, in a sentence; never holds the object's content.</param>
/// <param name="IsFatal">Nothing can be read behind it: the text is not JSON from there on.</param>
public sealed record StixFault(string Path, string Message, bool IsFatal = false);

/// <summary>One entry of a bundle's <c>objects</c>.</summary>
/// <param name="Index">Its place in the list, from 0.</param>
/// <param name="Position">The byte offset of its first byte in the stream.</param>
/// <param name="Raw">Its bytes as they came; valid until the next one is read. Empty when there is a fault.</param>
/// <param name="Head">What was read of it; absent when there is a fault, or when it was not asked for.</param>
/// <param name="Fault">Why it could not be read.</param>
public readonly record struct BundleItem(long Index, long Position, ReadOnlyMemory<byte> Raw, ObjectHead? Head, StixFault? Fault);

/// <summary>Limits of reading.</summary>
public sealed record BundleReaderOptions
{
    /// <summary>Deepest nesting inside an object; a deeper one is a fault of that object.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Longest object in bytes; a longer one is a fault of that object and is never held in memory.</summary>
    public int MaxObjectBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Size of the buffer to begin with; it grows up to the longest object met.</summary>
    public int BufferSize { get; init; } = 256 * 1024;

    /// <summary>Reads the heads of objects of this type alone, for who only counts the others; they come with their bytes and without a head.</summary>
    public string? OnlyHeadsOf { get; init; }
}

/// <summary>The stream is not a STIX bundle at all.</summary>
public sealed class NotABundleException(string message, long position) : Exception(message)
{
    /// <summary>The byte offset at which that became clear.</summary>
    public long Position { get; } = position;
}
