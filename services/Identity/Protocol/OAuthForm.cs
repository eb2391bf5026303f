using Microsoft.Net.Http.Headers;

namespace Platform.Identity.Protocol;

/// <summary>The parameters of a protocol request: a form, each at most once, empty ones absent (RFC 6749, sections 3.1 and 3.2).</summary>
internal sealed class OAuthForm
{
    private const int MaxValueLength = 4096;

    private readonly Dictionary<string, string> _values = [];

    private OAuthForm()
    {
    }

    /// <summary>A parameter's value, or null.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>A parameter that must be there.</summary>
    public string Required(string name) => this[name] ?? throw new OAuthException(OAuthError.InvalidRequest, $"The parameter {name} is missing.");

    public static async Task<OAuthForm> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw new OAuthException(OAuthError.InvalidRequest, "Send the parameters as application/x-www-form-urlencoded.");
        }

        var form = new OAuthForm();
        try
        {
            foreach (var (name, values) in await request.ReadFormAsync(ct))
            {
                form.Add(name, values);
            }
        }
        catch (InvalidDataException)
        {
            throw new OAuthException(OAuthError.InvalidRequest, "The form cannot be read.");
        }

        return form;
    }

    private void Add(string name, Microsoft.Extensions.Primitives.StringValues values)
    {
        if (values.Count > 1)
        {
            throw new OAuthException(OAuthError.InvalidRequest, "A parameter must not be sent twice.");
        }

        var value = values.ToString();
        if (value.Length > MaxValueLength || value.Contains('\0'))
        {
            throw new OAuthException(OAuthError.InvalidRequest, "A parameter is too long or holds U+0000.");
        }

        if (value.Length > 0)
        {
            _values[name] = value;
        }
    }
}
