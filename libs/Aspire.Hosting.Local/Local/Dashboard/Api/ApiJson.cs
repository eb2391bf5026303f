using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Local.Dashboard.Api;

/// <summary>The JSON of the page: camelCase, nothing for what is absent.</summary>
internal static class ApiJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static IResult Of<T>(T value) => Results.Json(value, Options);

    /// <summary>Whether the page itself, or a program with the token, wants something changed: a form of another site cannot set a header.</summary>
    public static bool IsMeant(HttpRequest request) => request.Headers.ContainsKey("X-Dashboard") || request.Headers.ContainsKey("Authorization");
}

/// <summary>A name and its value, in the order that they were given.</summary>
internal sealed record NamedValue(string Name, string Value)
{
    public static NamedValue[] Of(IEnumerable<KeyValuePair<string, string>> pairs) => [.. pairs.Select(p => new NamedValue(p.Key, p.Value))];
}
