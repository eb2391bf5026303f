namespace Platform.Contracts.Agent;

/// <summary>A tenant's language model was asked, and this is what it took.</summary>
/// <param name="TenantId">Whose model.</param>
/// <param name="Model">Its name at its server.</param>
/// <param name="Calls">How often it was asked.</param>
/// <param name="InputTokens">What it read.</param>
/// <param name="OutputTokens">What it wrote.</param>
/// <param name="Cost">By the prices that the tenant gave, in its currency.</param>
/// <param name="At">When.</param>
public sealed record ModelUsageRecorded(Guid TenantId, string Model, long Calls, long InputTokens, long OutputTokens, decimal Cost, DateTimeOffset At) : IIntegrationEvent;
