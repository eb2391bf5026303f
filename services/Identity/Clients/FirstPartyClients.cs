namespace Platform.Identity.Clients;

/// <summary>The clients that exist from the first start on. They are public and belong to the platform, in whatever tenant their user is.</summary>
internal static class FirstPartyClients
{
    /// <summary>Command-line clients, and sign-in by password.</summary>
    public const string CommandLine = "platform-cli";

    /// <summary>The API description's pages.</summary>
    public const string Docs = "platform-docs";

    public static bool Is(string clientId) => clientId is CommandLine or Docs;
}
