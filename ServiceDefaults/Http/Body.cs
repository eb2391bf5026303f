using System.Buffers;
using System.Reflection;
using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>
/// A JSON body, read by the rules of the request's version and validated: malformed JSON and wrong types are 400 with
/// the path, unknown members are ignored in v1 and 422 in v2, and all faults that a validator finds come at once.
/// </summary>
/// <typeparam name="T">The request record; its <see cref="AbstractValidator{T}"/>, if registered, is run.</typeparam>
public sealed class Body<T> : IEndpointParameterMetadataProvider
    where T : class
{
    private Body(T value) => Value = value;

    /// <summary>The valid body.</summary>
    public T Value { get; }

    /// <summary>Called by the framework.</summary>
    public static async ValueTask<Body<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (!context.Request.HasJsonContentType())
        {
            throw new FaultException(new Fault(ErrorCodes.UnsupportedMediaType, "Send the body as application/json."));
        }

        return await FromBytesAsync(context, await ReadAllAsync(context));
    }

    /// <summary>Reads and validates a body that was read before.</summary>
    internal static async ValueTask<Body<T>> FromBytesAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        var value = Parse(bytes, context.GetApiVersion());
        if (context.RequestServices.GetService<IValidator<T>>() is { } validator)
        {
            var outcome = await validator.ValidateAsync(value, context.RequestAborted);
            if (!outcome.IsValid)
            {
                throw new FaultException(Faults.ValidationFault(outcome.Errors
                    .GroupBy(e => e.PropertyName)
                    .ToDictionary(g => g.Key, g => g.Select(e => e.ErrorMessage).Distinct().ToArray())));
            }
        }

        return new Body<T>(value);
    }

    /// <summary>Tells the API description what is accepted.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
    }

    internal static async Task<ReadOnlyMemory<byte>> ReadAllAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                JsonText.RefuseLoneSurrogates(bytes);
                return bytes;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static T Parse(ReadOnlyMemory<byte> bytes, ApiVersion version)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes.Span, version == ApiVersion.V2 ? Json.Strict : Json.Options)
                ?? throw new FaultException(new Fault(ErrorCodes.MalformedRequest, "The body must be a JSON object."));
        }
        catch (JsonException strict) when (version == ApiVersion.V2)
        {
            // An unknown member is well-formed but invalid; everything else is malformed in either version.
            try
            {
                JsonSerializer.Deserialize<T>(bytes.Span, Json.Options);
            }
            catch (JsonException lenient)
            {
                throw new FaultException(Malformed(lenient));
            }

            throw new FaultException(Faults.ValidationFault(PathOf(strict), "is not a known member"));
        }
        catch (JsonException exception)
        {
            throw new FaultException(Malformed(exception));
        }
    }

    private static Fault Malformed(JsonException exception)
    {
        var path = PathOf(exception);
        var message = path.Length == 0 ? "The body is not valid JSON." : $"The body is malformed at {path}.";
        return new Fault(ErrorCodes.MalformedRequest, message, path.Length == 0
            ? null
            : new Dictionary<string, string[]> { [path] = ["is malformed or of the wrong type"] });
    }

    private static string PathOf(JsonException exception)
    {
        var path = exception.Path ?? "";
        return path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path == "$" ? "" : path;
    }
}
