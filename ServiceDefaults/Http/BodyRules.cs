using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>What holds for every JSON body, whole or patched: how it is read in each version, and how faults are told.</summary>
internal static class BodyRules
{
    /// <summary>Malformed JSON and wrong types are 400 with the path; a member that nobody knows is 422 in v2.</summary>
    public static T Read<T>(ReadOnlySpan<byte> bytes, ApiVersion version)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, version == ApiVersion.V2 ? Json.Strict : Json.Options)
                ?? throw new FaultException(new Fault(ErrorCodes.MalformedRequest, "The body must be a JSON object."));
        }
        catch (JsonException exception)
        {
            var malformed = version == ApiVersion.V2 ? WhyUnreadable<T>(bytes) : exception;
            throw new FaultException(malformed is null ? Faults.ValidationFault(PathOf(exception), "is not a known member") : Malformed(malformed));
        }
    }

    /// <summary>Runs the validator of the type, if there is one, and throws all that it finds at once.</summary>
    public static async ValueTask ValidateAsync<T>(HttpContext context, T value)
        where T : class
    {
        if (context.RequestServices.GetService<IValidator<T>>() is not { } validator)
        {
            return;
        }

        var outcome = await validator.ValidateAsync(value, context.RequestAborted);
        if (!outcome.IsValid)
        {
            throw new FaultException(Faults.ValidationFault(outcome.Errors
                .GroupBy(e => e.PropertyName)
                .ToDictionary(g => g.Key, g => g.Select(e => e.ErrorMessage).Distinct().ToArray())));
        }
    }

    /// <summary>Null where only the strict rules object: then a member is unknown, and the body well-formed but invalid.</summary>
    private static JsonException? WhyUnreadable<T>(ReadOnlySpan<byte> bytes)
    {
        try
        {
            JsonSerializer.Deserialize<T>(bytes, Json.Options);
            return null;
        }
        catch (JsonException exception)
        {
            return exception;
        }
    }

    private static Fault Malformed(JsonException exception)
    {
        var path = PathOf(exception);
        return path.Length == 0
            ? new Fault(ErrorCodes.MalformedRequest, "The body is not valid JSON.")
            : new Fault(ErrorCodes.MalformedRequest, $"The body is malformed at {path}.", new Dictionary<string, string[]>
            {
                [path] = ["is malformed or of the wrong type"],
            });
    }

    private static string PathOf(JsonException exception)
    {
        var path = exception.Path ?? "";
        return path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path == "$" ? "" : path;
    }
}
