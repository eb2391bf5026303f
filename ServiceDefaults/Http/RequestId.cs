using Microsoft.AspNetCore.Builder;

namespace Platform.ServiceDefaults;

/// <summary><c>X-Request-ID</c>: kept when it is 1–128 of <c>[A-Za-z0-9._-]</c>, replaced otherwise.</summary>
public static class RequestId
{
    public const string Header = "X-Request-ID";

    public static IApplicationBuilder UseRequestId(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var given = context.Request.Headers[Header];
        context.TraceIdentifier = given.Count == 1 && IsAcceptable(given[0]) ? given[0]! : Guid.CreateVersion7().ToString("N");
        return next(context);
    });

    /// <summary>Whether a client's id may be used in logs and answers.</summary>
    public static bool IsAcceptable(string? id)
    {
        if (id is null or { Length: 0 or > 128 })
        {
            return false;
        }

        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
