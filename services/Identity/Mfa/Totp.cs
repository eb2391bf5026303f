using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Identity.Mfa;

/// <summary>
/// Time-based one-time passwords (RFC 6238 over RFC 4226; SHA-1, 6 digits, 30 seconds: what authenticator apps speak).
/// ASP.NET Core Identity's own provider does not tell which step a code belongs to, so that it could not refuse the same
/// step twice.
/// </summary>
internal static class Totp
{
    public const int SecretSize = 20;
    public const int Digits = 6;

    private const int StepSeconds = 30;

    /// <summary>One step to either side, for clocks that differ (RFC 6238, section 5.2).</summary>
    private const int Drift = 1;

    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The step that a code belongs to; null when it is right for none that is near.</summary>
    public static long? StepOf(byte[] secret, string code, DateTimeOffset now)
    {
        var current = now.ToUnixTimeSeconds() / StepSeconds;
        long? found = null;
        for (var step = current - Drift; step <= current + Drift; step++)
        {
            // All are computed, whichever is right.
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(CodeAt(secret, step)), Encoding.UTF8.GetBytes(code)))
            {
                found = step;
            }
        }

        return found;
    }

    public static string CodeAt(byte[] secret, DateTimeOffset at) => CodeAt(secret, at.ToUnixTimeSeconds() / StepSeconds);

    /// <summary>RFC 4226, section 5.3.</summary>
    internal static string CodeAt(byte[] secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The standard's algorithm; HMAC does not rest on collision resistance.
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var truncated = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xf)..]) & 0x7fffffff;
        return (truncated % (int)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The secret as apps take it (RFC 4648, section 6, without padding).</summary>
    public static string ToBase32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 / 5) + 1);
        var (buffer, bits) = (0, 0);
        foreach (var b in bytes)
        {
            (buffer, bits) = ((buffer << 8) | b, bits + 8);
            while (bits >= 5)
            {
                text.Append(Base32[(buffer >> (bits -= 5)) & 31]);
            }

            buffer &= (1 << bits) - 1;
        }

        return bits > 0 ? text.Append(Base32[(buffer << (5 - bits)) & 31]).ToString() : text.ToString();
    }

    /// <summary>The key URI that authenticator apps read from a QR code.</summary>
    public static string UriFor(byte[] secret, string issuer, string account) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={ToBase32(secret)}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={StepSeconds}";
}
