namespace Platform.Agent.Models;

/// <summary>A model server did not do what the protocol says, or said that it cannot.</summary>
/// <param name="message">What happened, without anything secret.</param>
/// <param name="inner">What it came from.</param>
internal sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
