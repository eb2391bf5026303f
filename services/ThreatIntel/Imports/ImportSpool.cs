using Microsoft.Extensions.Options;

namespace Platform.ThreatIntel.Imports;

/// <summary>
/// Bundles on disk until their import is over: <c>{folder}/{tenant}/{import}.json</c>. The folder is the queue: what
/// lies in it when the service starts is taken up again.
/// </summary>
internal sealed class ImportSpool(IOptions<ThreatIntelOptions> options, IConfiguration configuration)
{
    private const string Extension = ".json";
    private const string Unfinished = ".part";

    private readonly string _root = options.Value.ImportFolder
        ?? Path.Combine(configuration["Platform:DataRoot"] ?? Path.Combine(Path.GetTempPath(), "platform"), "threatintel", "imports");

    public FileStream OpenRead(Guid tenantId, Guid importId) => new(PathOf(tenantId, importId), new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        BufferSize = 0,
    });

    public bool Exists(Guid tenantId, Guid importId) => File.Exists(PathOf(tenantId, importId));

    /// <summary>A file that becomes part of the queue by <see cref="Keep"/>.</summary>
    public FileStream Create(Guid tenantId, Guid importId)
    {
        Directory.CreateDirectory(Folder(tenantId));
        return new FileStream(PathOf(tenantId, importId) + Unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
    }

    /// <summary>Makes a written file part of the queue: its bytes are on the disk when this returns.</summary>
    public void Keep(FileStream file, Guid tenantId, Guid importId)
    {
        file.Flush(flushToDisk: true);
        File.Move(file.Name, PathOf(tenantId, importId), overwrite: true);
    }

    public void Delete(Guid tenantId, Guid importId)
    {
        File.Delete(PathOf(tenantId, importId));
        File.Delete(PathOf(tenantId, importId) + Unfinished);
    }

    /// <summary>Deletes everything of a tenant.</summary>
    public void DeleteAll(Guid tenantId)
    {
        if (Directory.Exists(Folder(tenantId)))
        {
            Directory.Delete(Folder(tenantId), recursive: true);
        }
    }

    /// <summary>Deletes a bundle that no import knows, unless it is so young that its import may be about to be written.</summary>
    public void DeleteUnknown(Guid tenantId, Guid importId, DateTime before)
    {
        if (File.GetLastWriteTimeUtc(PathOf(tenantId, importId)) < before)
        {
            Delete(tenantId, importId);
        }
    }

    /// <summary>Deletes what an earlier process did not finish writing.</summary>
    public void DropUnfinished(DateTime before)
    {
        foreach (var file in Files("*" + Unfinished))
        {
            if (File.GetLastWriteTimeUtc(file) < before)
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>What waits, oldest first.</summary>
    public IReadOnlyList<(Guid TenantId, Guid ImportId)> Pending()
    {
        var found = new List<(DateTime At, Guid Tenant, Guid Import)>();
        foreach (var file in Files("*" + Extension))
        {
            if (Guid.TryParse(Path.GetFileName(Path.GetDirectoryName(file)), out var tenant)
                && Guid.TryParse(Path.GetFileNameWithoutExtension(file), out var import))
            {
                found.Add((File.GetLastWriteTimeUtc(file), tenant, import));
            }
        }

        return [.. found.OrderBy(entry => entry.At).Select(entry => (entry.Tenant, entry.Import))];
    }

    private IEnumerable<string> Files(string pattern) =>
        Directory.Exists(_root) ? Directory.EnumerateFiles(_root, pattern, SearchOption.AllDirectories) : [];

    private string Folder(Guid tenantId) => Path.Combine(_root, tenantId.ToString("N"));

    private string PathOf(Guid tenantId, Guid importId) => Path.Combine(Folder(tenantId), importId.ToString("N") + Extension);
}
