namespace Platform.Agent.Models;

/// <summary>Limits of answers that a model makes; section <c>Model</c>.</summary>
internal sealed class ModelOptions
{
    public const string Section = "Model";

    /// <summary>How often a model may be asked for one answer.</summary>
    public int MaxSteps { get; set; } = 10;

    /// <summary>How long a model server may be silent, before it begins to answer too.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one step may take.</summary>
    public TimeSpan StepTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Tokens that one step may bring forth.</summary>
    public int MaxOutputTokens { get; set; } = 4096;

    /// <summary>Tokens that one answer may take in all; what a server does not count is estimated.</summary>
    public int MaxAnswerTokens { get; set; } = 100_000;

    /// <summary>How much of a tool's result a model is shown, in characters.</summary>
    public int MaxResultLength { get; set; } = 12_000;

    public bool IsValid => MaxSteps is > 0 and <= 10 && IdleTimeout > TimeSpan.Zero && StepTimeout > TimeSpan.Zero
        && MaxOutputTokens > 0 && MaxAnswerTokens > 0 && MaxResultLength > 100;
}
