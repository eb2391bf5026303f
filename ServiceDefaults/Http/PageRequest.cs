using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Platform.ServiceDefaults;

/// <summary>How v1 names the window of a list; v2 always uses a cursor.</summary>
public enum PagingStyle
{
    /// <summary><c>skip</c> and <c>limit</c>.</summary>
    SkipLimit,

    /// <summary><c>page</c> (from 1) and <c>per_page</c>.</summary>
    PageNumber,
}

/// <summary>The limits of one list endpoint.</summary>
public sealed record PagingOptions(int DefaultLimit = 20, int MaxLimit = 100, PagingStyle Style = PagingStyle.SkipLimit);

/// <summary>One field of a sort order.</summary>
public readonly record struct SortField(string Name, bool Descending);

/// <summary>The window of a list that a request asks for, read by the rules of its version; out of range is 422.</summary>
public sealed record PageRequest(
    ApiVersion Version,
    int Skip,
    int Limit,
    int? PageNumber,
    string? Cursor,
    IReadOnlyList<SortField> Sort,
    bool WithTotal)
{
    private const int MaxSkip = 1_000_000;
    private static readonly PagingOptions Default = new();

    /// <summary>Called by the framework.</summary>
    public static ValueTask<PageRequest?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var options = context.GetEndpoint()?.Metadata.GetMetadata<PagingOptions>() ?? Default;
        var reader = new QueryReader(context.Request.Query);
        var request = context.GetApiVersion() == ApiVersion.V2 ? ReadV2(reader, options) : ReadV1(reader, options);
        reader.ThrowIfInvalid();
        return ValueTask.FromResult<PageRequest?>(request);
    }

    private static PageRequest ReadV1(QueryReader query, PagingOptions options)
    {
        var sort = query.Text("sort_by") is { } field
            ? [new SortField(field, query.OneOf("sort_order", "asc", "asc", "desc") == "desc")]
            : Array.Empty<SortField>();
        if (options.Style == PagingStyle.PageNumber)
        {
            var perPage = query.Int("per_page", options.DefaultLimit, 1, options.MaxLimit);
            var number = query.Int("page", 1, 1, MaxSkip / Math.Max(1, perPage));
            return new PageRequest(ApiVersion.V1, (number - 1) * perPage, perPage, number, null, sort, true);
        }

        var limit = query.Int("limit", options.DefaultLimit, 1, options.MaxLimit);
        return new PageRequest(ApiVersion.V1, query.Int("skip", 0, 0, MaxSkip), limit, null, null, sort, true);
    }

    private static PageRequest ReadV2(QueryReader query, PagingOptions options)
    {
        var sort = query.Text("sort") is { Length: > 0 } text
            ? text.Split(',', 5).Select(f => f.StartsWith('-') ? new SortField(f[1..], true) : new SortField(f, false)).ToArray()
            : [];
        var limit = query.Int("limit", options.DefaultLimit, 1, options.MaxLimit);
        return new PageRequest(ApiVersion.V2, 0, limit, null, query.Text("cursor"), sort, query.OneOf("count", "false", "true", "false") == "true");
    }
}

/// <summary>Reads query parameters and collects every fault before throwing one.</summary>
public sealed class QueryReader(IQueryCollection query)
{
    private readonly Dictionary<string, string[]> _faults = [];

    public string? Text(string name) => query.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } text ? text : null;

    public int Int(string name, int fallback, int from, int to)
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to)
        {
            return number;
        }

        _faults[name] = [$"must be a whole number from {from} to {to}"];
        return fallback;
    }

    public string OneOf(string name, string fallback, params ReadOnlySpan<string> allowed)
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        foreach (var value in allowed)
        {
            if (value == text)
            {
                return text;
            }
        }

        _faults[name] = [$"must be one of {string.Join(", ", allowed.ToArray())}"];
        return fallback;
    }

    /// <summary>Adds a fault that the caller found.</summary>
    public void Fault(string name, string message) => _faults[name] = [message];

    public void ThrowIfInvalid()
    {
        if (_faults.Count > 0)
        {
            throw new FaultException(Faults.ValidationFault(_faults));
        }
    }
}

/// <summary>Declares the window limits of a list endpoint.</summary>
public static class PagingMapping
{
    public static TBuilder WithPaging<TBuilder>(this TBuilder builder, int defaultLimit = 20, int maxLimit = 100, PagingStyle style = PagingStyle.SkipLimit)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(new PagingOptions(defaultLimit, maxLimit, style));
        return builder;
    }
}
