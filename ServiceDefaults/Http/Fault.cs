using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>An error as the client gets it, independent of the wire convention.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>; it decides the status.</param>
/// <param name="Message">A sentence for people; never an internal.</param>
/// <param name="Errors">For invalid bodies: JSON path to messages, all faults at once.</param>
/// <param name="Details">Further facts, such as the methods of a second factor.</param>
/// <param name="RetryAfter">When trying again may help.</param>
public sealed record Fault(
    string Code,
    string Message,
    IReadOnlyDictionary<string, string[]>? Errors = null,
    object? Details = null,
    TimeSpan? RetryAfter = null)
{
    /// <summary>The HTTP status of the fault.</summary>
    public int Status => ErrorCodes.Statuses[Code];
}

/// <summary>Ends the request with a fault, from code too deep to return one.</summary>
public sealed class FaultException(Fault fault) : Exception(fault.Message)
{
    public Fault Fault { get; } = fault;
}
