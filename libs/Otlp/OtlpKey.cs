using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Otlp;

internal static class OtlpKey
{
    /// <summary>Whether the sender shows the key, compared without telling how much of it was right.</summary>
    public static bool IsShown(HttpRequest request, string? key) => key is null
        || CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(request.Headers[OtlpReceiverOptions.ApiKeyHeader].ToString()), Encoding.UTF8.GetBytes(key));
}
