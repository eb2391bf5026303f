namespace Platform.ServiceDefaults.Telemetry;

/// <summary>The activity sources and meters that every service listens to.</summary>
internal static class SignalSources
{
    /// <summary>Name of the platform's own activity sources and meters; <c>Platform.*</c> are theirs too.</summary>
    public const string Own = "Platform";

    public static readonly string[] Activities =
    [
        "Microsoft.AspNetCore",
        "System.Net.Http",
        "Npgsql",
        "MassTransit",
        "Yarp.ReverseProxy",
        "FalkorDb",
        Own,
        Own + ".*",
    ];

    public static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Routing",
        "Microsoft.AspNetCore.Authentication",
        "System.Net.Http",
        "System.Net.NameResolution",
        "System.Runtime",
        "Npgsql",
        "MassTransit",
        "Yarp.ReverseProxy",
        "FalkorDb",
        Own,
        Own + ".*",
    ];
}
