using System.Buffers;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>
/// A JSON body, read by the rules of the request's version and validated: malformed JSON and wrong types are 400 with
/// the path, unknown members are ignored in v1 and 422 in v2, and all faults that a validator finds come at once.
/// </summary>
/// <typeparam name="T">The request record; its <see cref="FluentValidation.AbstractValidator{T}"/>, if registered, is run.</typeparam>
public sealed class Body<T> : IEndpointParameterMetadataProvider
    where T : class
{
    private Body(T value) => Value = value;

    /// <summary>The valid body.</summary>
    public T Value { get; }

    /// <summary>Called by the framework.</summary>
    public static async ValueTask<Body<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Request.HasJsonContentType())
        {
            throw new FaultException(new Fault(ErrorCodes.UnsupportedMediaType, "Send the body as application/json."));
        }

        return await FromBytesAsync(context, await ReadAllAsync(context));
    }

    /// <summary>Reads and validates a body that was read before.</summary>
    internal static async ValueTask<Body<T>> FromBytesAsync(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        var value = BodyRules.Read<T>(bytes.Span, context.GetApiVersion());
        await BodyRules.ValidateAsync(context, value);
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
}
