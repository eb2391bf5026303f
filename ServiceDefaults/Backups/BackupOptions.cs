namespace Platform.ServiceDefaults;

/// <summary>Section <c>Backup</c>.</summary>
public sealed class BackupOptions
{
    /// <summary>
    /// At least 32 random bytes in base64, the same for all services. It seals every part and is in none of them: whoever
    /// loses it has lost the backups. Without it there are no backups.
    /// </summary>
    public string? Key { get; set; }

    internal bool IsValid() => Key is null || (Convert.TryFromBase64String(Key, new byte[Key.Length], out var length) && length >= 32);

    internal byte[] KeyBytes => Key is { } key ? Convert.FromBase64String(key) : throw new BackupException("Backup:Key is not set.");
}

/// <summary>Why a part cannot be written or is not what it should be, in words for whoever asked.</summary>
public sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);
