using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Tenancy.Backups;

/// <summary>What a backup consists of, beside its parts: enough to restore it into stores that know nothing of it.</summary>
internal sealed record Manifest(int Format, Guid Id, string? Note, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset CompletedAt, IReadOnlyList<ManifestPart> Parts);

/// <summary>One part of it.</summary>
internal sealed record ManifestPart(string Service, long Rows, long Bytes, string Sha256);

/// <summary>
/// The manifests on disk: <c>{data root}/{backup}/manifest.json</c>, with an HMAC-SHA-256 under the key of the backups, so
/// that hashes in it can be relied on.
/// </summary>
internal sealed class BackupManifests(IConfiguration configuration, IOptions<BackupOptions> options)
{
    public const int Format = 1;
    private const string FileName = "manifest.json";

    public async Task WriteAsync(string path, Manifest manifest, CancellationToken ct)
    {
        var folder = DataPath.Under(configuration, path);
        Directory.CreateDirectory(folder);
        var text = JsonSerializer.Serialize(manifest, Json.Options);
        var place = Path.Combine(folder, FileName);
        await File.WriteAllTextAsync(place + ".new", JsonSerializer.Serialize(new Sealed(text, Mac(text)), Json.Options), ct);
        File.Move(place + ".new", place, overwrite: true);
    }

    /// <summary>The manifests below a folder whose seal is good.</summary>
    public async Task<IReadOnlyList<(string Path, Manifest Manifest)>> ReadAllAsync(string below, CancellationToken ct)
    {
        var root = DataPath.Root(configuration);
        var folder = DataPath.Under(configuration, below);
        var found = new List<(string, Manifest)>();
        if (!Directory.Exists(folder) || options.Value.Key is null)
        {
            return found;
        }

        foreach (var file in Directory.EnumerateFiles(folder, FileName, SearchOption.AllDirectories))
        {
            if (await TryReadAsync(file, ct) is { } manifest)
            {
                found.Add((Path.GetRelativePath(root, Path.GetDirectoryName(file)!), manifest));
            }
        }

        return found;
    }

    private async Task<Manifest?> TryReadAsync(string file, CancellationToken ct)
    {
        try
        {
            var sealed_ = JsonSerializer.Deserialize<Sealed>(await File.ReadAllTextAsync(file, ct), Json.Options);
            return sealed_ is not null && CryptographicOperations.FixedTimeEquals(Convert.FromHexString(sealed_.HmacSha256), Convert.FromHexString(Mac(sealed_.Manifest)))
                ? JsonSerializer.Deserialize<Manifest>(sealed_.Manifest, Json.Options) is { Format: Format } manifest ? manifest : null
                : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or IOException)
        {
            return null;
        }
    }

    private string Mac(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Convert.FromBase64String(options.Value.Key!), 32, info: "platform-backup/1/manifest"u8.ToArray()),
        System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>The manifest as text, which is what the seal is over.</summary>
    private sealed record Sealed(string Manifest, string HmacSha256);
}
