using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Platform.ServiceDefaults;

/// <summary>
/// The fields of a <c>POST</c> that only reads: in v1 they come from the query string or the body (the body wins), in v2 from
/// the body alone. Lists are given in a query by repeating the parameter or by commas. Otherwise as <see cref="Body{T}"/>.
/// </summary>
/// <typeparam name="T">The request record.</typeparam>
public sealed class ReadBody<T> : IEndpointParameterMetadataProvider
    where T : class
{
    private ReadBody(T value) => Value = value;

    /// <summary>The valid fields.</summary>
    public T Value { get; }

    /// <summary>Called by the framework.</summary>
    public static async ValueTask<ReadBody<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.GetApiVersion() == ApiVersion.V2 || (context.Request.HasJsonContentType() && context.Request.Query.Count == 0))
        {
            return new ReadBody<T>((await Body<T>.BindAsync(context, parameter)).Value);
        }

        var fields = context.Request.HasJsonContentType() ? await ReadObjectAsync(context) : [];
        var info = Json.Options.GetTypeInfo(typeof(T));
        foreach (var property in info.Properties)
        {
            if (!fields.ContainsKey(property.Name) && context.Request.Query.TryGetValue(property.Name, out var values) && values.Count > 0)
            {
                fields[property.Name] = ToJson(property, values.ToArray()!);
            }
        }

        return new ReadBody<T>((await Body<T>.FromBytesAsync(context, JsonSerializer.SerializeToUtf8Bytes(fields))).Value);
    }

    /// <summary>Tells the API description what is accepted.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => Body<T>.PopulateMetadata(parameter, builder);

    private static async Task<JsonObject> ReadObjectAsync(HttpContext context)
    {
        var bytes = await Body<T>.ReadAllAsync(context);
        if (bytes.IsEmpty)
        {
            return [];
        }

        try
        {
            return JsonNode.Parse(bytes.Span, documentOptions: new JsonDocumentOptions { MaxDepth = Json.MaxDepth }) as JsonObject ?? throw NotAnObject();
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw NotAnObject();
        }
    }

    /// <summary>A text that is no number stays text, so that reading it fails with the field's path like any wrong type.</summary>
    private static JsonNode? ToJson(JsonPropertyInfo property, string[] values)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(int) || type == typeof(long))
        {
            return long.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : values[0];
        }

        if (type == typeof(double))
        {
            return double.TryParse(values[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : values[0];
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(values[0], out var truth) ? truth : values[0];
        }

        if (type != typeof(string) && type.IsAssignableTo(typeof(System.Collections.IEnumerable)))
        {
            var items = values.Length == 1 ? values[0].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : values;
            return new JsonArray([.. items.Select(i => (JsonNode)i)]);
        }

        return values[0];
    }

    private static FaultException NotAnObject() => new(new Fault(Contracts.ErrorCodes.MalformedRequest, "The body must be a JSON object."));
}
