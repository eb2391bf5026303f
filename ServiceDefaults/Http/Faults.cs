using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>The faults that handlers return most.</summary>
public static class Faults
{
    public static FaultResult NotFound(string what) => new(new Fault(ErrorCodes.NotFound, $"There is no such {what}."));

    public static FaultResult Conflict(string message) => new(new Fault(ErrorCodes.Conflict, message));

    public static FaultResult Exists(string message) => new(new Fault(ErrorCodes.ResourceExists, message));

    public static FaultResult Forbidden(string message = "You do not have the permission for this.") =>
        new(new Fault(ErrorCodes.InsufficientPermissions, message));

    public static FaultResult Malformed(string message) => new(new Fault(ErrorCodes.MalformedRequest, message));

    public static FaultResult Unauthorized(string message, string code = ErrorCodes.AuthFailed) => new(new Fault(code, message));

    /// <summary>One fault of one field; <paramref name="path"/> is its JSON path or query parameter.</summary>
    public static FaultResult Invalid(string path, string message) => Validation(new Dictionary<string, string[]> { [path] = [message] });

    public static FaultResult Validation(IReadOnlyDictionary<string, string[]> errors) => new(ValidationFault(errors));

    public static FaultResult PreconditionFailed() =>
        new(new Fault(ErrorCodes.PreconditionFailed, "The resource has changed since it was read."));

    public static Fault ValidationFault(IReadOnlyDictionary<string, string[]> errors) =>
        new(ErrorCodes.ValidationError, errors.Count == 1 ? $"{errors.First().Key}: {errors.First().Value[0]}" : $"{errors.Count} fields are not valid.", errors);

    public static Fault ValidationFault(string path, string message) =>
        ValidationFault(new Dictionary<string, string[]> { [path] = [message] });
}
