using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Platform.ServiceDefaults;

/// <summary>
/// A key that lies in a file of one service's own (mode 600), made at first need. What it seals in the database stays
/// unreadable to whoever reads the database or a backup of it.
/// </summary>
public static class SecretFile
{
    private const int KeySize = 32;

    /// <summary>The key of a service, by the name of its file under the data root.</summary>
    public static byte[] Key(IConfiguration configuration, string service, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(DataPath.Root(configuration), service));
        var path = Path.Combine(folder.FullName, name);
        if (!File.Exists(path))
        {
            // Written whole before it has its name; of two processes that begin at once the first one's key counts.
            var draft = path + "." + Guid.NewGuid().ToString("N");
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(draft, options))
            {
                file.Write(RandomNumberGenerator.GetBytes(KeySize));
                file.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(draft, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(draft);
            }
        }

        return File.ReadAllBytes(path) is { Length: KeySize } key ? key : throw new InvalidOperationException($"{path} is not a key of {KeySize} bytes.");
    }
}
