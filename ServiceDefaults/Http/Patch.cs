using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>
/// A JSON Merge Patch (RFC 7396): members given replace, <c>null</c> removes, absent ones stay. The result is read and
/// validated as a whole, by the rules of <see cref="Body{T}"/>.
/// </summary>
/// <typeparam name="T">What of the resource a client may change, with its <see cref="AbstractValidator{T}"/>.</typeparam>
public sealed class Patch<T> : IEndpointParameterMetadataProvider
    where T : class
{
    private readonly JsonObject _members;
    private readonly HttpContext _context;

    private Patch(JsonObject members, HttpContext context)
    {
        _members = members;
        _context = context;
    }

    /// <summary>Called by the framework.</summary>
    public static async ValueTask<Patch<T>> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new((await Body<JsonObject>.BindAsync(context, parameter)).Value, context);

    /// <summary>Tells the API description what is accepted.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new AcceptsMetadata(["application/merge-patch+json", "application/json"], typeof(T)));
    }

    /// <summary>The current state with the patch applied, valid.</summary>
    public async Task<T> ApplyAsync(T current)
    {
        var target = JsonSerializer.SerializeToNode(current, Json.Options)!.AsObject();
        Merge(target, _members);
        var result = Read(target);
        if (_context.RequestServices.GetService<IValidator<T>>() is { } validator)
        {
            var outcome = await validator.ValidateAsync(result, _context.RequestAborted);
            if (!outcome.IsValid)
            {
                throw new FaultException(Faults.ValidationFault(outcome.Errors
                    .GroupBy(e => e.PropertyName)
                    .ToDictionary(g => g.Key, g => g.Select(e => e.ErrorMessage).Distinct().ToArray())));
            }
        }

        return result;
    }

    private T Read(JsonObject merged)
    {
        try
        {
            return merged.Deserialize<T>(_context.GetApiVersion() == ApiVersion.V2 ? Json.Strict : Json.Options)!;
        }
        catch (JsonException exception)
        {
            var path = exception.Path is { Length: > 2 } text ? text[2..] : "";
            var isUnknown = path.Length > 0 && IsReadable(merged);
            throw new FaultException(isUnknown
                ? Faults.ValidationFault(path, "is not a known member")
                : new Fault(ErrorCodes.MalformedRequest, $"The body is malformed at {path}.", new Dictionary<string, string[]> { [path] = ["is malformed or of the wrong type"] }));
        }
    }

    private static bool IsReadable(JsonObject merged)
    {
        try
        {
            merged.Deserialize<T>(Json.Options);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The algorithm of RFC 7396, section 2; recursion is bounded by the depth that the reader accepts.</summary>
    internal static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject existing)
                {
                    target[name] = existing = [];
                }

                Merge(existing, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
