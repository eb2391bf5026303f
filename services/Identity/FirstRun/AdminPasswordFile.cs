using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Users;

namespace Platform.Identity.FirstRun;

/// <summary>The file that tells whoever installed the platform the first administrator's password; mode 600.</summary>
internal sealed class AdminPasswordFile(TenantScopes scopes, PasswordGate gate, IOptions<IdentitySettings> settings)
{
    /// <summary>Where it is; null: there is none.</summary>
    public string? Path => settings.Value.AdminPasswordFile is { Length: > 0 } path ? path : null;

    /// <summary>Replaces what it says.</summary>
    public async Task WriteAsync(string text, CancellationToken ct)
    {
        if (Path is not { } path)
        {
            return;
        }

        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, options);
        await file.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
    }

    /// <summary>
    /// After a restore the administrator is the one of then: a password that the first start of the new stores wrote lets
    /// nobody in, and the file says which one does.
    /// </summary>
    public async Task ReviewAsync(CancellationToken ct)
    {
        if (Path is not { } path || !File.Exists(path))
        {
            return;
        }

        var name = EmailAddress.Normalize(settings.Value.AdminUsername);
        await using var scope = scopes.Enter(WellKnown.DefaultTenantId);
        var admin = await scope.Db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedUserName == name && u.DeletedAt == null, ct);
        var written = (await File.ReadAllTextAsync(path, ct)).Trim();
        if (!await gate.VerifyAsync(admin, written, ct))
        {
            await WriteAsync($"Restored from a backup: the password that {settings.Value.AdminUsername} had then is the one that holds.\n", ct);
        }
    }
}
