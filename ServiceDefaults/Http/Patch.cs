using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Platform.ServiceDefaults;

/// <summary>
/// A JSON Merge Patch (RFC 7396): members given replace, <c>null</c> removes, absent ones stay. The result is read and
/// validated as a whole, by the rules of <see cref="Body{T}"/>.
/// </summary>
/// <typeparam name="T">What of the resource a client may change, with its <see cref="FluentValidation.AbstractValidator{T}"/>.</typeparam>
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
        var result = BodyRules.Read<T>(JsonSerializer.SerializeToUtf8Bytes(target), _context.GetApiVersion());
        await BodyRules.ValidateAsync(_context, result);
        return result;
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
