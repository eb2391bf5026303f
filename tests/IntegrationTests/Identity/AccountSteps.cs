using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Platform.IntegrationTests.Identity;

/// <summary>Steps that tests of accounts share.</summary>
internal static class AccountSteps
{
    /// <summary>A call without a credential, from an address.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> AnonymouslyAsync(
        this IdentityFixture identity, string path, object body, string? address = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Client-Address", address ?? identity.NewAddress());
        var response = await identity.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, response);
    }

    /// <summary>Enrols an authenticator app for a signed-in user; its secret, the codes, and the step that is used up.</summary>
    public static async Task<(byte[] Secret, List<string> RecoveryCodes)> EnrollTotpAsync(this IdentityFixture identity, JsonElement tokens)
    {
        var client = identity.ClientFor(tokens);
        var enrolment = await IdentityFixture.SendAsync(client, HttpMethod.Post, "/api/v2/auth/mfa/totp/enroll", HttpStatusCode.OK);
        var secret = FromBase32(enrolment.GetProperty("secret").GetString()!);
        var confirmed = await IdentityFixture.SendAsync(
            client, HttpMethod.Post, "/api/v2/auth/mfa/totp/confirm", HttpStatusCode.OK, new { code = Platform.Identity.Mfa.Totp.CodeAt(secret, DateTimeOffset.UtcNow.AddSeconds(-30)) });
        return (secret, [.. confirmed.GetProperty("recovery_codes").EnumerateArray().Select(c => c.GetString()!)]);
    }

    public static byte[] FromBase32(string text)
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var (bytes, buffer, bits) = (new List<byte>(), 0, 0);
        foreach (var c in text)
        {
            buffer = (buffer << 5) | Letters.IndexOf(c, StringComparison.Ordinal);
            bits += 5;
            if (bits >= 8)
            {
                bytes.Add((byte)(buffer >> (bits -= 8)));
                buffer &= (1 << bits) - 1;
            }
        }

        return [.. bytes];
    }
}
