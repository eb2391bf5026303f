namespace Platform.KnowledgeGraph.Pipeline;

/// <summary>
/// Services outside the platform that the operator may name. They are called like every address that is given to the
/// platform: private networks only where <c>Outbound:AllowedNetworks</c> has them.
/// </summary>
internal sealed class OutsideOptions
{
    /// <summary><c>ML_ENGINE_URL</c>: asked for recommendations before the built-in models are.</summary>
    public string? MlEngineUrl { get; set; }

    /// <summary><c>DATA_PIPELINE_URL</c>: told of all items and interactions.</summary>
    public string? DataPipelineUrl { get; set; }

    public Uri? MlEngine => Read(MlEngineUrl);

    public Uri? DataPipeline => Read(DataPipelineUrl);

    /// <summary>The first fault of these values in words, or null.</summary>
    internal string? Fault() => !IsFine(MlEngineUrl) ? "ML_ENGINE_URL must be an absolute http or https URL."
        : !IsFine(DataPipelineUrl) ? "DATA_PIPELINE_URL must be an absolute http or https URL."
        : null;

    private static bool IsFine(string? url) => string.IsNullOrEmpty(url) || (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https");

    /// <summary>With a slash at its end, so that a path below it stays.</summary>
    private static Uri? Read(string? url) => string.IsNullOrEmpty(url) ? null : new Uri(url.TrimEnd('/') + "/");
}
