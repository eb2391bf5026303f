using Platform.Contracts;
using Platform.Identity.Roles;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>Who may call an endpoint that asks for no permission of its own.</summary>
internal static class CallerRules
{
    /// <summary>
    /// Lets in callers with a credential of their own: the gateway's token for anonymous clients is none. While a password
    /// change is due, only endpoints that say so answer.
    /// </summary>
    public static TBuilder ForSignedIn<TBuilder>(this TBuilder builder, bool duringPasswordChange = false)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.AddEndpointFilter(async (context, next) =>
        {
            var call = context.HttpContext.RequestServices.GetRequiredService<CallContext>();
            if (call.Kind == CallerKind.Service)
            {
                return new FaultResult(new Fault(ErrorCodes.AuthRequired, "Sign in first."));
            }

            return !duringPasswordChange && call.IsPasswordChangeDue()
                ? new FaultResult(new Fault(ErrorCodes.PasswordChangeRequired, "Change your password first."))
                : await next(context);
        });
        return builder;
    }

    public static bool IsPasswordChangeDue(this CallContext call) => call.Permissions().Granted.Contains(Rights.PasswordChangeOnly);

    public static PermissionSet Permissions(this CallContext call) => call.Caller.Permissions;

    /// <summary>The user behind the call; keys, clients and services are none.</summary>
    public static Guid? UserId(this CallContext call) =>
        call.Kind == CallerKind.User && Guid.TryParse(call.Subject, out var id) ? id : null;
}
