namespace Platform.Contracts;

/// <summary>
/// Marks a record that one service publishes and others consume. Names are past tense; changes are
/// additive only (a contract test holds every event to its snapshot). The envelope — message id, tenant,
/// occurred_at, traceparent, actor — travels in the message headers, never in the record.
/// </summary>
public interface IIntegrationEvent;
