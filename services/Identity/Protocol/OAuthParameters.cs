using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Platform.Identity.Protocol;

/// <summary>The parameters of a protocol request: each at most once, empty ones absent (RFC 6749, sections 3.1 and 3.2).</summary>
internal sealed class OAuthParameters
{
    private const int MaxValueLength = 4096;
    private const int MaxCount = 64;

    private readonly Dictionary<string, string> _values = [];

    private OAuthParameters()
    {
    }

    /// <summary>Names and values.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>A parameter's value, or null.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>A parameter that must be there.</summary>
    public string Required(string name) => this[name] ?? throw new OAuthException(OAuthError.InvalidRequest, $"The parameter {name} is missing.");

    /// <summary>Of a form.</summary>
    public static async Task<OAuthParameters> ReadFormAsync(HttpRequest request, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw new OAuthException(OAuthError.InvalidRequest, "Send the parameters as application/x-www-form-urlencoded.");
        }

        try
        {
            return Of(await request.ReadFormAsync(ct));
        }
        catch (InvalidDataException)
        {
            throw new OAuthException(OAuthError.InvalidRequest, "The form cannot be read.");
        }
    }

    /// <summary>Of a query or a form that was read.</summary>
    public static OAuthParameters Of(IEnumerable<KeyValuePair<string, StringValues>> pairs)
    {
        var parameters = new OAuthParameters();
        foreach (var (name, values) in pairs)
        {
            parameters.Add(name, values);
        }

        return parameters;
    }

    /// <summary>Of a request that was kept.</summary>
    public static OAuthParameters Of(IReadOnlyDictionary<string, string> values) => Of(values.Select(v => KeyValuePair.Create(v.Key, new StringValues(v.Value))));

    private void Add(string name, StringValues values)
    {
        if (values.Count > 1)
        {
            throw new OAuthException(OAuthError.InvalidRequest, "A parameter must not be sent twice.");
        }

        var value = values.ToString();
        if (value.Length > MaxValueLength || value.Contains('\0') || name.Length > MaxValueLength || _values.Count >= MaxCount)
        {
            throw new OAuthException(OAuthError.InvalidRequest, "A parameter is too long or holds U+0000, or there are too many of them.");
        }

        if (value.Length > 0)
        {
            _values[name] = value;
        }
    }
}
