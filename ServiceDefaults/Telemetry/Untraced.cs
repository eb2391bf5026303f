using System.Diagnostics;

namespace Platform.ServiceDefaults;

/// <summary>Work that a process does for itself again and again, such as polls and heartbeats: a trace of each says nothing.</summary>
public static class Untraced
{
    /// <summary>Until the result is disposed of, nothing that starts here is recorded, nor what it calls in other processes.</summary>
    public static IDisposable Begin() => new Activity("untraced").Start();
}
