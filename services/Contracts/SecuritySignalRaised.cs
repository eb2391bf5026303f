namespace Platform.Contracts;

/// <summary>Something happened that somebody should look at.</summary>
/// <param name="Kind">What, such as <c>new_device</c> or <c>account_locked</c>.</param>
/// <param name="Subject">Whom it is about: a user's or client's id, where known.</param>
/// <param name="Address">From which address, where known.</param>
/// <param name="At">When.</param>
public sealed record SecuritySignalRaised(string Kind, string? Subject, string? Address, DateTimeOffset At) : IIntegrationEvent;
