using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Platform.ServiceDefaults;

/// <summary>A JSON body that may be left out; when it is there, the rules of <see cref="Body{T}"/> hold.</summary>
/// <typeparam name="T">The request record.</typeparam>
public sealed class OptionalBody<T> : IEndpointParameterMetadataProvider
    where T : class
{
    private OptionalBody(T? value) => Value = value;

    /// <summary>The valid body, or null where none was sent.</summary>
    public T? Value { get; }

    /// <summary>Called by the framework.</summary>
    public static async ValueTask<OptionalBody<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var hasBody = context.Request.ContentLength is not 0
            && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;
        return new OptionalBody<T>(hasBody ? (await Body<T>.BindAsync(context, parameter)).Value : null);
    }

    /// <summary>Tells the API description what is accepted.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), isOptional: true));
    }
}
