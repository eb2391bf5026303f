namespace Platform.ThreatIntel.Feeds;

/// <summary>A source cannot be read. The message is for those who may see the feed.</summary>
internal sealed class FeedException(string message, Exception? inner = null) : Exception(message, inner);
