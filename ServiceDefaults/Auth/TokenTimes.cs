using System.Buffers.Binary;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Platform.ServiceDefaults;

/// <summary>When tokens of Identity were issued.</summary>
public static class TokenTimes
{
    /// <summary>
    /// <c>iat</c> has whole seconds. Identity's <c>jti</c> is a UUIDv7 of the same moment, whose milliseconds tell a token
    /// of before a change from one of after it within a second.
    /// </summary>
    public static DateTimeOffset IssueTime(this JsonWebToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var seconds = new DateTimeOffset(token.IssuedAt, TimeSpan.Zero);
        if (Guid.TryParse(token.Id, out var id) && id.Version == 7)
        {
            Span<byte> bytes = stackalloc byte[16];
            id.TryWriteBytes(bytes, bigEndian: true, out _);
            var milliseconds = ((long)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
            if (milliseconds / 1000 == seconds.ToUnixTimeSeconds())
            {
                return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            }
        }

        return seconds;
    }
}
