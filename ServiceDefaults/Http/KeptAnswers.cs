using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Platform.ServiceDefaults;

/// <summary>Names of what answers are made of, as <c>Surrogate-Key</c> tells them to the gateway's cache.</summary>
public static class SurrogateKeys
{
    /// <summary>Threat objects and relationships.</summary>
    public const string ThreatIntel = "threat-intel";

    /// <summary>Assets and incidents.</summary>
    public const string Infrastructure = "infrastructure";
}

/// <summary>Lets the gateway keep answers.</summary>
public static class KeptAnswers
{
    /// <summary>
    /// The gateway may answer <c>GET</c> from what was answered before, until something that one of the keys names changes,
    /// and for this long at most. Only for answers that are the same for everybody of a tenant with the same permissions and
    /// clearance, and of which every change is told by an event or made through the gateway.
    /// </summary>
    /// <param name="builder">The endpoints.</param>
    /// <param name="seconds">How long an answer is fresh.</param>
    /// <param name="staleSeconds">How long after that it may still be sent while a new one is asked for.</param>
    /// <param name="keys">Some of <see cref="SurrogateKeys"/>.</param>
    public static TBuilder KeptByGateway<TBuilder>(this TBuilder builder, int seconds, int staleSeconds, params string[] keys)
        where TBuilder : IEndpointConventionBuilder
    {
        var key = string.Join(' ', keys);
        return builder.KeptByGateway(seconds, staleSeconds, _ => key);
    }

    /// <summary>The same where the key is in the address: of one object, whose id it is.</summary>
    /// <param name="builder">The endpoints.</param>
    /// <param name="seconds">How long an answer is fresh.</param>
    /// <param name="staleSeconds">How long after that it may still be sent while a new one is asked for.</param>
    /// <param name="keyOf">Finds the key of an answer; one that is not visible ASCII without spaces is not sent, and nothing is kept.</param>
    public static TBuilder KeptByGateway<TBuilder>(this TBuilder builder, int seconds, int staleSeconds, Func<HttpContext, string?> keyOf)
        where TBuilder : IEndpointConventionBuilder
    {
        var control = string.Create(CultureInfo.InvariantCulture, $"s-maxage={seconds}, stale-while-revalidate={staleSeconds}");
        return builder.AddEndpointFilter(async (context, next) =>
        {
            var result = await next(context);
            if (HttpMethods.IsGet(context.HttpContext.Request.Method))
            {
                var inner = result;
                while (inner is INestedHttpResult nested)
                {
                    inner = nested.Result;
                }

                if (inner is not IStatusCodeHttpResult { StatusCode: >= 300 } && keyOf(context.HttpContext) is { Length: > 0 } key && System.Text.Ascii.IsValid(key) && !key.Any(char.IsControl))
                {
                    context.HttpContext.Response.Headers.CacheControl = control;
                    context.HttpContext.Response.Headers["Surrogate-Key"] = key;
                }
            }

            return result;
        });
    }
}
