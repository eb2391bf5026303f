using System.Globalization;

namespace Platform.Gateway.Usage;

/// <summary>
/// The folder of one gateway's journal. Several gateways may share a data root: each takes the first numbered folder
/// that no other holds, and with it the identity and the unsent rows of the one that held it before.
/// </summary>
internal sealed class JournalFolder : IDisposable
{
    private const int MostInstances = 64;
    private readonly FileStream _lock;

    private JournalFolder(string path, FileStream hold)
    {
        Path = path;
        _lock = hold;
        Instance = ReadOrCreateInstance(System.IO.Path.Combine(path, "instance"));
    }

    public string Path { get; }

    /// <summary>The name under which the rows of this folder are shipped.</summary>
    public string Instance { get; }

    public string PositionFile => System.IO.Path.Combine(Path, "position");

    public static JournalFolder Take(string root)
    {
        for (var i = 0; i < MostInstances; i++)
        {
            var path = System.IO.Path.Combine(root, "gateway", "journal", i.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(path);
            try
            {
                var hold = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return new JournalFolder(path, hold);
            }
            catch (IOException)
            {
                // Another gateway holds it.
            }
        }

        throw new InvalidOperationException($"All journals under '{root}' are in use.");
    }

    public string SegmentFile(long number) => System.IO.Path.Combine(Path, number.ToString("D10", CultureInfo.InvariantCulture) + ".journal");

    /// <summary>Numbers of the segments that are there, in order.</summary>
    public List<long> Segments()
    {
        var numbers = new List<long>();
        foreach (var file in Directory.EnumerateFiles(Path, "*.journal"))
        {
            if (long.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    public void Dispose() => _lock.Dispose();

    private static string ReadOrCreateInstance(string file)
    {
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } known)
        {
            return known;
        }

        var id = Guid.CreateVersion7().ToString("N");
        File.WriteAllText(file, id);
        return id;
    }
}
