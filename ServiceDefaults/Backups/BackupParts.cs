using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults.Backups;
using Platform.ServiceDefaults.Settings;

namespace Platform.ServiceDefaults;

/// <summary>A part that was written.</summary>
public sealed record WrittenPart(long Rows, long Bytes, string Sha256);

/// <summary>
/// The parts of one service on disk: <c>{data root}/{backup}/{service}.part</c>, JSON Lines in gzip in sealed frames
/// (docs/backup.md). The first line says what it is; the last one says that it is complete.
/// </summary>
public sealed class BackupParts
{
    private const int Format = 1;
    private readonly SettingsOwner _owner;
    private readonly IConfiguration _configuration;
    private readonly BackupOptions _options;
    private readonly TimeProvider _clock;

    internal BackupParts(SettingsOwner owner, IConfiguration configuration, IOptions<BackupOptions> options, TimeProvider clock) =>
        (_owner, _configuration, _options, _clock) = (owner, configuration, options.Value, clock);

    /// <summary>The resource name of the service.</summary>
    public string Service => _owner.Service;

    /// <summary>Writes a part beside its place and then moves it there: a part is whole or absent.</summary>
    /// <param name="backup">Which backup.</param>
    /// <param name="path">Its folder below the data root.</param>
    /// <param name="schema">Which version of the service's store it is of.</param>
    /// <param name="write">Writes the lines between the first and the last, and gives how many rows they are.</param>
    /// <param name="ct">Stops the work.</param>
    public async Task<WrittenPart> WriteAsync(Guid backup, string path, string schema, Func<TextWriter, CancellationToken, Task<long>> write, CancellationToken ct)
    {
        var key = _options.KeyBytes;
        var place = PlaceOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        var unfinished = place + ".new";
        long rows;
        await using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true))
        {
            await using var sealing = await SealedWriter.CreateAsync(file, key, NameOf(backup), ct);
            await using (var zip = new GZipStream(sealing, CompressionLevel.Fastest, leaveOpen: true))
            {
                await using var lines = new StreamWriter(zip, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
                await lines.WriteLineAsync(JsonSerializer.Serialize(new Head(Format, Service, backup, schema, _clock.GetUtcNow()), Json.Options).AsMemory(), ct);
                rows = await write(lines, ct);
                await lines.WriteLineAsync(JsonSerializer.Serialize(new Tail(true, rows), Json.Options).AsMemory(), ct);
            }

            await sealing.CompleteAsync(ct);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, place, overwrite: true);
        return new WrittenPart(rows, new FileInfo(place).Length, await HashAsync(place, ct));
    }

    /// <summary>Reads a part from its first to its last byte without keeping anything, and gives its rows; throws unless it is what was written.</summary>
    public async Task<long> VerifyAsync(Guid backup, string path, string schema, string? sha256, CancellationToken ct)
    {
        var place = PlaceOf(path);
        if (!File.Exists(place))
        {
            throw new BackupException("The part is missing.");
        }

        if (sha256 is null || !string.Equals(await HashAsync(place, ct), sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new BackupException("The part is not the one that was written: its hash differs.");
        }

        return await ReadAsync(backup, path, schema, (_, _) => Task.CompletedTask, ct);
    }

    /// <summary>Reads a part line by line, and gives its rows.</summary>
    public async Task<long> ReadAsync(Guid backup, string path, string schema, Func<string, CancellationToken, Task> read, CancellationToken ct)
    {
        await using var file = new FileStream(PlaceOf(path), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        await using var opened = await SealedReader.OpenAsync(file, _options.KeyBytes, NameOf(backup), ct);
        try
        {
            await using var zip = new GZipStream(opened, CompressionMode.Decompress, leaveOpen: true);
            using var lines = new StreamReader(zip, Encoding.UTF8, false, 1 << 16);
            var head = JsonSerializer.Deserialize<Head>(await lines.ReadLineAsync(ct) ?? "null", Json.Options);
            if (head is not { Format: Format } || head.Service != Service || head.Backup != backup)
            {
                throw new BackupException("The part is of another format, service or backup.");
            }

            if (head.Schema != schema)
            {
                throw new BackupException($"The part was made by another version of the service ('{head.Schema}', not '{schema}').");
            }

            while (await lines.ReadLineAsync(ct) is { } line)
            {
                if (line.StartsWith("{\"complete\":", StringComparison.Ordinal))
                {
                    var rows = JsonSerializer.Deserialize<Tail>(line, Json.Options)!.Rows;
                    return await lines.ReadLineAsync(ct) is null ? rows : throw new BackupException("The part goes on after its end.");
                }

                await read(line, ct);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            throw new BackupException("The part cannot be read.", exception);
        }

        throw new BackupException("The part is not complete.");
    }

    /// <summary>Deletes a part and its folder, where they are.</summary>
    public void Delete(string path)
    {
        var folder = DataPath.Under(_configuration, path);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string PlaceOf(string path) => Path.Combine(DataPath.Under(_configuration, path), Service + ".part");

    private string NameOf(Guid backup) => $"{Service}/{backup:N}";

    private static async Task<string> HashAsync(string place, CancellationToken ct)
    {
        await using var file = new FileStream(place, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
    }

    private sealed record Head(int Format, string Service, Guid Backup, string Schema, DateTimeOffset WrittenAt);

    private sealed record Tail(bool Complete, long Rows);
}
