namespace Platform.Contracts.Tenancy;

/// <summary>Every service exports its store and answers with <see cref="BackupPartCompleted"/>.</summary>
/// <param name="BackupId">Which backup.</param>
/// <param name="Path">The folder of its parts, below each service's data root.</param>
public sealed record BackupRequested(Guid BackupId, string Path) : IIntegrationEvent;

/// <summary>A service has exported its store, or could not.</summary>
/// <param name="BackupId">Which backup.</param>
/// <param name="Service">The resource name of the service.</param>
/// <param name="Error">Why it could not; null when it could.</param>
/// <param name="Rows">Rows, or nodes and relationships, of the part.</param>
/// <param name="Bytes">Size of its file.</param>
/// <param name="Sha256">Hash of its file, in hexadecimal digits.</param>
public sealed record BackupPartCompleted(Guid BackupId, string Service, string? Error, long Rows, long Bytes, string? Sha256) : IIntegrationEvent;

/// <summary>
/// Every service checks its part and changes nothing; or, when <paramref name="Apply"/> is set, puts it in the place of
/// what its store holds, all of it or nothing. It answers with <see cref="RestorePartCompleted"/>.
/// </summary>
/// <param name="BackupId">Which backup.</param>
/// <param name="RestoreId">Which attempt at restoring it.</param>
/// <param name="Path">The folder of its parts, below each service's data root.</param>
/// <param name="Apply">False to check only.</param>
/// <param name="Hashes">SHA-256 of each service's file, by service.</param>
public sealed record RestoreRequested(Guid BackupId, Guid RestoreId, string Path, bool Apply, IReadOnlyDictionary<string, string> Hashes) : IIntegrationEvent;

/// <summary>A service has checked or restored its part, or could not.</summary>
/// <param name="BackupId">Which backup.</param>
/// <param name="RestoreId">Which attempt at restoring it.</param>
/// <param name="Service">The resource name of the service.</param>
/// <param name="Applied">Whether the part was to be restored, not only checked.</param>
/// <param name="Error">Why it could not; its store is as it was.</param>
/// <param name="Rows">Rows, or nodes and relationships, of the part.</param>
public sealed record RestorePartCompleted(Guid BackupId, Guid RestoreId, string Service, bool Applied, string? Error, long Rows) : IIntegrationEvent;

/// <summary>A backup is not wanted any more: every service deletes its part.</summary>
public sealed record BackupRemoved(Guid BackupId, string Path) : IIntegrationEvent;
