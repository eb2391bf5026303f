using System.ComponentModel.DataAnnotations;

namespace Platform.Gateway.Usage;

/// <summary>Settings of the usage journal (section <c>Gateway:Usage</c>).</summary>
internal sealed class UsageOptions
{
    public const string Section = "Gateway:Usage";

    /// <summary>Size of one journal file.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public long SegmentBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Files kept at most while the broker is away; then the oldest rows are dropped, with an error in the log.</summary>
    [Range(2, 100_000)]
    public int MostSegments { get; set; } = 256;
}
