using System.Buffers;
using Platform.Tenancy.Usage;

namespace Platform.Tenancy;

/// <summary>Settings of the service (section <c>Tenancy</c>).</summary>
internal sealed class TenancyOptions
{
    public const string Section = "Tenancy";
    private static readonly SearchValues<char> EnvironmentCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>
    /// 32 random bytes in base64: the key under which API keys are hashed. Whoever has the database but not the pepper
    /// can neither check nor forge a key; losing it invalidates every key.
    /// </summary>
    public string KeyPepper { get; set; } = "";

    /// <summary>The middle part of new API keys (<c>pk_{environment}_…</c>): 1 to 16 of <c>a-z0-9</c>.</summary>
    public string Environment { get; set; } = "live";

    /// <summary>What plans include.</summary>
    public Quotas Quotas { get; set; } = new();

    /// <summary>Full months for which every request's row is kept, besides the current one: 13 to 120.</summary>
    public int UsageMonthsKept { get; set; } = 13;

    /// <summary>How long a backup or a restore waits for the next word of a service before it ends as failed.</summary>
    public TimeSpan BackupPatience { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The decoded pepper.</summary>
    public byte[] PepperBytes => Convert.FromBase64String(KeyPepper);

    internal static bool IsPepper(string text)
    {
        Span<byte> buffer = stackalloc byte[64];
        return Convert.TryFromBase64String(text, buffer, out var length) && length >= 32;
    }

    internal static bool IsEnvironment(string text) =>
        text.Length is > 0 and <= 16 && !text.AsSpan().ContainsAnyExcept(EnvironmentCharacters);
}
