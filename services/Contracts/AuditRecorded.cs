namespace Platform.Contracts;

/// <summary>
/// Something worth keeping in the audit log happened in any service. Identity keeps the log.
/// </summary>
/// <param name="Action">A name of the audit vocabulary, such as <c>login_success</c> or <c>api_key_created</c>.</param>
/// <param name="Resource">What it was done to, as <c>kind/id</c>.</param>
/// <param name="Outcome"><c>success</c>, <c>refused</c> or <c>failed</c>.</param>
/// <param name="ActorId">Who did it, where known.</param>
/// <param name="Address">From which address, where known.</param>
/// <param name="Details">Small, non-secret facts.</param>
/// <param name="At">When; the first time where it happened more than once.</param>
/// <param name="Count">How often it happened in a short while, where somebody has added up.</param>
public sealed record AuditRecorded(
    string Action,
    string Resource,
    string Outcome,
    string? ActorId,
    string? Address,
    IReadOnlyDictionary<string, string>? Details,
    DateTimeOffset At,
    int Count = 1) : IIntegrationEvent;
