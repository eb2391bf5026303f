using System.Security.Cryptography;
using System.Text;
using Platform.Identity.Keys;

namespace Platform.Identity.Devices;

/// <summary>
/// SHA-256 over what a device tells of itself, salted per tenant: the same device is another one in another tenant.
/// Spelling does not matter, nor do the version numbers of its browser, which change by themselves.
/// </summary>
internal sealed class DeviceFingerprints(Vault vault)
{
    public byte[] Of(Guid tenantId, DeviceSignals? device, string? userAgent)
    {
        var text = new StringBuilder("agent=").Append(WithoutVersions(userAgent ?? "")).Append('\n');
        foreach (var (name, value) in (device?.Signals ?? new Dictionary<string, string>()).OrderBy(s => Normalize(s.Key), StringComparer.Ordinal))
        {
            text.Append(Normalize(name)).Append('=').Append(Normalize(value)).Append('\n');
        }

        return SHA256.HashData([.. vault.Hash("device-salt", tenantId.ToByteArray()), .. Encoding.UTF8.GetBytes(text.ToString())]);
    }

    private static string Normalize(string text) => text.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant();

    private static string WithoutVersions(string agent)
    {
        var text = new StringBuilder(agent.Length);
        foreach (var c in Normalize(agent))
        {
            if (!char.IsDigit(c) && c is not ('.' or '_'))
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
