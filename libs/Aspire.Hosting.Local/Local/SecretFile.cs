using System.Text.Json;

namespace Aspire.Hosting.Local;

/// <summary>Generated values that must be the same in every run. Readable by the owner alone.</summary>
internal sealed class SecretFile(string path)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly Lock _lock = new();

    public string GetOrAdd(string key, Func<string> generate)
    {
        lock (_lock)
        {
            var values = Read();
            if (values.TryGetValue(key, out var known))
            {
                return known;
            }

            values[key] = generate();
            Write(values);
            return values[key];
        }
    }

    private SortedDictionary<string, string> Read()
    {
        if (!File.Exists(path))
        {
            return new SortedDictionary<string, string>(StringComparer.Ordinal);
        }

        using var stream = File.OpenRead(path);
        return JsonSerializer.Deserialize<SortedDictionary<string, string>>(stream) ?? [];
    }

    // Written beside and renamed: a crash leaves the old file or the new one, never half of one.
    private void Write(SortedDictionary<string, string> values)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var next = path + ".new";
        File.Delete(next);
        using (var stream = new FileStream(next, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            JsonSerializer.Serialize(stream, values, Indented);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }
}
