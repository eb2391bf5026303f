using System.Globalization;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Local.Images;

/// <summary>An account of this machine.</summary>
internal sealed record UnixUser(string Name, uint UserId, uint GroupId)
{
    public static bool IsRoot { get; } = NativeMethods.EffectiveUserId() == 0;

    public static UnixUser? Find(string name)
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length >= 4 && fields[0] == name)
            {
                return new UnixUser(name, uint.Parse(fields[2], CultureInfo.InvariantCulture), uint.Parse(fields[3], CultureInfo.InvariantCulture));
            }
        }

        return null;
    }

    /// <summary>Creates the folder (mode 700) for the user; null means whoever runs the AppHost.</summary>
    public static void CreateFolder(string path, UnixUser? owner)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Own(path, owner);
    }

    /// <summary>Writes the file so that only the user can read it.</summary>
    public static void WriteSecretFile(string path, string content, UnixUser? owner)
    {
        File.Delete(path);
        using (var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(content);
        }

        Own(path, owner);
    }

    /// <summary>Whether every user may pass through every folder down to the path.</summary>
    public static bool CanReach(string path)
    {
        for (var folder = new DirectoryInfo(path).Parent; folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && (folder.UnixFileMode & UnixFileMode.OtherExecute) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static void Own(string path, UnixUser? owner)
    {
        if (owner is not null && NativeMethods.ChangeOwner(path, owner.UserId, owner.GroupId) != 0)
        {
            throw new DistributedApplicationException(
                $"Cannot give '{path}' to the user {owner.Name}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        }
    }
}

internal static class NativeMethods
{
    public static uint EffectiveUserId() => geteuid();

    public static int ChangeOwner(string path, uint user, uint group) => lchown(path, user, group);

    public static int Send(int pid, int signal) => kill(pid, signal);

#pragma warning disable SYSLIB1054, CA5392, IDE1006 // libc by its own names; source-generated marshalling would need unsafe code
    [DllImport("libc", SetLastError = true)]
    private static extern uint geteuid();

    [DllImport("libc", SetLastError = true)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
#pragma warning restore SYSLIB1054, CA5392, IDE1006
}
