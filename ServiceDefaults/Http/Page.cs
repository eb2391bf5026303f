using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;

namespace Platform.ServiceDefaults;

/// <summary>One window of a list, in terms of both versions.</summary>
/// <typeparam name="T">An item.</typeparam>
public sealed record Page<T>(PageRequest Request, IReadOnlyList<T> Items, long? Total, string? NextCursor)
{
    /// <summary>The same window of other items.</summary>
    public Page<TTo> Select<TTo>(Func<T, TTo> map) => new(Request, Items.Select(map).ToList(), Total, NextCursor);

    /// <summary>The answer in the convention of the request's version.</summary>
    public PageResult<T> ToResult() => new(this);
}

/// <summary>The wire form of a list; which members are present depends on the version.</summary>
public sealed record PageBody<T>(
    IReadOnlyList<T> Items,
    long? Total,
    int? Skip,
    int? Limit,
    int? Page,
    int? PerPage,
    bool? HasNext,
    string? NextCursor);

/// <summary>Sends a page: v1 with offsets and totals, v2 with a cursor and a <c>Link</c> header (RFC 8288).</summary>
public sealed class PageResult<T> : IResult, IValueHttpResult, IValueHttpResult<PageBody<T>>, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    private readonly Page<T> _page;

    internal PageResult(Page<T> page)
    {
        _page = page;
        var r = page.Request;
        Value = r.Version == ApiVersion.V2
            ? new PageBody<T>(page.Items, r.WithTotal ? page.Total : null, null, null, null, null, null, page.NextCursor)
            : new PageBody<T>(
                page.Items,
                page.Total,
                r.PageNumber is null ? r.Skip : null,
                r.PageNumber is null ? r.Limit : null,
                r.PageNumber,
                r.PageNumber is null ? null : r.Limit,
                r.Skip + page.Items.Count < page.Total,
                null);
    }

    public PageBody<T> Value { get; }

    object? IValueHttpResult.Value => Value;

    public int? StatusCode => StatusCodes.Status200OK;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (_page.NextCursor is { } cursor)
        {
            var request = httpContext.Request;
            var query = QueryHelpers.ParseQuery(request.QueryString.Value);
            query["cursor"] = cursor;
            httpContext.Response.Headers.Link = $"<{QueryHelpers.AddQueryString(request.Path.Value ?? "/", query)}>; rel=\"next\"";
        }

        return httpContext.Response.WriteAsJsonAsync(Value, Json.Options, "application/json; charset=utf-8", httpContext.RequestAborted);
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(PageBody<T>), ["application/json"]));
}
