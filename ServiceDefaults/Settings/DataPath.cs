using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;

namespace Platform.ServiceDefaults;

/// <summary>Folders below a service's data root (<c>Platform:DataRoot</c>), which no setting can leave.</summary>
public static class DataPath
{
    /// <summary>The folder that a service may write to.</summary>
    public static string Root(IConfiguration configuration) => Path.GetFullPath(
        configuration["Platform:DataRoot"] is { Length: > 0 } root ? root : Path.Combine(Path.GetTempPath(), "platform"));

    /// <summary>The folder that a relative path names.</summary>
    public static string Under(IConfiguration configuration, string relative) => TryNormalize(Root(configuration), relative, out var path)
        ? Path.Combine(Root(configuration), path)
        : throw new InvalidOperationException($"'{relative}' is not a folder below the data root.");

    /// <summary>The path relative to the root, where it is below it; an absolute one may name the root itself.</summary>
    public static bool TryNormalize(string root, string text, [NotNullWhen(true)] out string? relative)
    {
        relative = null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 255 || text.AsSpan().ContainsAny('\0', '\\', '~') || text.AsSpan().ContainsAnyInRange('\u0001', '\u001f'))
        {
            return false;
        }

        foreach (var part in text.Split('/'))
        {
            if (part is "." or "..")
            {
                return false;
            }
        }

        var full = Path.GetFullPath(Path.Combine(root, text));
        var below = Path.GetRelativePath(root, full);
        if (below is "." or ".." || below.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(below))
        {
            return false;
        }

        relative = below;
        return true;
    }
}
