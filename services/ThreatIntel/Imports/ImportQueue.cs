using System.Threading.Channels;

namespace Platform.ThreatIntel.Imports;

/// <summary>Tells the workers of this process that a bundle has come.</summary>
internal sealed class ImportQueue
{
    private readonly Channel<(Guid TenantId, Guid ImportId)> _channel = Channel.CreateUnbounded<(Guid, Guid)>();

    public void Add(Guid tenantId, Guid importId) => _channel.Writer.TryWrite((tenantId, importId));

    public IAsyncEnumerable<(Guid TenantId, Guid ImportId)> ReadAllAsync(CancellationToken ct) => _channel.Reader.ReadAllAsync(ct);
}
