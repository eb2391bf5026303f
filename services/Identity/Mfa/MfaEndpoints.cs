using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Storage;
using Platform.Identity.Users;
using Platform.ServiceDefaults;
using QRCoder;

namespace Platform.Identity.Mfa;

/// <summary>Second factors: the second step of signing in, and what a user has enrolled.</summary>
internal static class MfaEndpoints
{
    private const int QrModuleSize = 6;

    public static void MapMfa(this IEndpointRouteBuilder routes)
    {
        var mfa = routes.MapGroup("/auth/mfa").WithTags("auth");
        mfa.MapPost("/verify", VerifyAsync).WithSummary("Finish a sign-in with a second factor");
        mfa.MapPost("/send", SendAsync).WithSummary("Send a sign-in's code again");
        mfa.MapGet("/methods", ListAsync).ForSignedIn().WithSummary("The caller's second factors");
        mfa.MapPost("/methods", EnrollAsync).ForSignedIn().WithSummary("Enrol a second factor");
        mfa.MapDelete("/methods/{id:guid}", DeleteAsync).ForSignedIn().WithSummary("Remove a second factor");
        mfa.MapPost("/totp/enroll", EnrollTotpAsync).ForSignedIn().WithSummary("Enrol an authenticator app");
        mfa.MapPost("/totp/confirm", ConfirmTotpAsync).ForSignedIn().WithSummary("Confirm an authenticator app with its first code");
        mfa.MapPost("/sms/enroll", EnrollSmsAsync).ForSignedIn().WithSummary("Enrol a telephone number");
        mfa.MapPost("/sms/confirm", ConfirmSmsAsync).ForSignedIn().WithSummary("Confirm a telephone number with the code sent to it");
        mfa.MapPost("/email/enroll", EnrollEmailAsync).ForSignedIn().WithSummary("Enrol an e-mail address");
        mfa.MapPost("/email/confirm", ConfirmEmailAsync).ForSignedIn().WithSummary("Confirm an e-mail address with the code sent to it");
        mfa.MapPost("/recovery-codes", NewRecoveryCodesAsync).ForSignedIn().WithSummary("Replace the recovery codes");
    }

    /// <summary>
    /// <c>challenge_id</c> is the one of the 401 MFA_REQUIRED of <c>/auth/login</c>: 5 minutes, 5 tries, one use. No code is accepted twice.
    /// </summary>
    private static async Task<Results<Ok<LoginAnswer>, FaultResult>> VerifyAsync(
        Body<MfaVerification> body, ClientOrigin origin, HttpResponse response, AnswerChallenge answer, SessionTokens tokens, CancellationToken ct)
    {
        var r = body.Value;
        var (signedIn, fault) = await answer.RunAsync(
            new MfaAnswer(r.ChallengeId, r.Method, r.Code), origin, (db, who) => tokens.Open(db, who.User, Grantee.CommandLine, Opening.For(who, origin)), ct);
        response.Headers.CacheControl = "no-store";
        return signedIn is null ? new FaultResult(fault!) : TypedResults.Ok(LoginAnswer.From(signedIn));
    }

    /// <summary>By <c>sms</c> or <c>email</c>, where the challenge accepts it; at most three for one challenge.</summary>
    private static async Task<Results<Accepted<Done>, FaultResult>> SendAsync(Body<MfaSending> body, AnswerChallenge answer, CancellationToken ct) =>
        await answer.SendAsync(body.Value.ChallengeId, body.Value.Method, Continuation.Api, ct) is { } fault
            ? new FaultResult(fault)
            : TypedResults.Accepted((string?)null, new Done("The code is on its way."));

    /// <summary>Confirmed ones and ones that wait for their code, and how many recovery codes are left.</summary>
    private static async Task<Ok<MfaList>> ListAsync(CallContext call, IdentityDb db, CancellationToken ct)
    {
        var user = call.UserId();
        var methods = await db.MfaMethods.AsNoTracking().Where(m => m.UserId == user).OrderBy(m => m.CreatedAt).ToListAsync(ct);
        var left = await db.RecoveryCodes.CountAsync(c => c.UserId == user && c.UsedAt == null, ct);
        return TypedResults.Ok(new MfaList([.. methods.Select(MfaView.From)], left));
    }

    /// <summary>As <c>/totp/enroll</c>, <c>/sms/enroll</c> or <c>/email/enroll</c>, by <c>type</c>.</summary>
    private static Task<Results<Ok<Enrolment>, FaultResult>> EnrollAsync(
        Body<NewMethod> body, CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, IOptions<IdentitySettings> settings, CancellationToken ct) =>
        StartAsync(body.Value.Type, body.Value.PhoneNumber ?? body.Value.Email, call, response, db, enroll, settings, ct);

    /// <summary>The secret as key URI and as QR code (a PNG in a data URL); it counts once <c>/totp/confirm</c> got a code of it.</summary>
    private static Task<Results<Ok<Enrolment>, FaultResult>> EnrollTotpAsync(
        CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, IOptions<IdentitySettings> settings, CancellationToken ct) =>
        StartAsync(MfaKinds.Totp, null, call, response, db, enroll, settings, ct);

    /// <summary>Sends a code to the number, which <c>/sms/confirm</c> takes.</summary>
    private static Task<Results<Ok<Enrolment>, FaultResult>> EnrollSmsAsync(
        Body<PhoneEnrolment> body, CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, IOptions<IdentitySettings> settings, CancellationToken ct) =>
        StartAsync(MfaKinds.Sms, body.Value.PhoneNumber, call, response, db, enroll, settings, ct);

    /// <summary>Sends a code to the address, the user name unless another is given; <c>/email/confirm</c> takes it.</summary>
    private static Task<Results<Ok<Enrolment>, FaultResult>> EnrollEmailAsync(
        Body<EmailEnrolment> body, CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, IOptions<IdentitySettings> settings, CancellationToken ct) =>
        StartAsync(MfaKinds.Email, body.Value.Email, call, response, db, enroll, settings, ct);

    /// <summary>The first confirmed factor brings ten recovery codes, shown once.</summary>
    private static Task<Results<Ok<Confirmed>, FaultResult>> ConfirmTotpAsync(
        Body<Confirmation> body, CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, ClientOrigin origin, CancellationToken ct) =>
        ConfirmAsync(MfaKinds.Totp, body.Value, call, response, db, enroll, origin, ct);

    /// <summary>The first confirmed factor brings ten recovery codes, shown once.</summary>
    private static Task<Results<Ok<Confirmed>, FaultResult>> ConfirmSmsAsync(
        Body<Confirmation> body, CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, ClientOrigin origin, CancellationToken ct) =>
        ConfirmAsync(MfaKinds.Sms, body.Value, call, response, db, enroll, origin, ct);

    /// <summary>The first confirmed factor brings ten recovery codes, shown once.</summary>
    private static Task<Results<Ok<Confirmed>, FaultResult>> ConfirmEmailAsync(
        Body<Confirmation> body, CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, ClientOrigin origin, CancellationToken ct) =>
        ConfirmAsync(MfaKinds.Email, body.Value, call, response, db, enroll, origin, ct);

    /// <summary>409 for the last one while the tenant's policy asks the caller's role for a second factor.</summary>
    private static async Task<Results<NoContent, FaultResult>> DeleteAsync(
        Guid id, CallContext call, IdentityDb db, EnrollFactor enroll, ClientOrigin origin, CancellationToken ct)
    {
        if (await SelfAsync(call, db, ct) is not { } user)
        {
            return Faults.Forbidden("Only users have second factors.");
        }

        return await enroll.RemoveAsync(user, id, origin, ct) is { } fault ? new FaultResult(fault) : TypedResults.NoContent();
    }

    /// <summary>Ten new ones, shown once; the old ones are void.</summary>
    private static async Task<Results<Ok<RecoveryCodeList>, FaultResult>> NewRecoveryCodesAsync(
        CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, ClientOrigin origin, CancellationToken ct)
    {
        if (await SelfAsync(call, db, ct) is not { } user)
        {
            return Faults.Forbidden("Only users have second factors.");
        }

        response.Headers.CacheControl = "no-store";
        return await enroll.NewRecoveryCodesAsync(user, origin, ct) is { } codes
            ? TypedResults.Ok(new RecoveryCodeList(codes))
            : Faults.Conflict("Enrol a second factor first.");
    }

    private static async Task<Results<Ok<Enrolment>, FaultResult>> StartAsync(
        string kind, string? target, CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, IOptions<IdentitySettings> settings, CancellationToken ct)
    {
        if (await SelfAsync(call, db, ct) is not { } user)
        {
            return Faults.Forbidden("Only users have second factors.");
        }

        response.Headers.CacheControl = "no-store";
        if (kind != MfaKinds.Totp)
        {
            var (sent, refused) = await enroll.StartSentAsync(user, kind, target ?? user.UserName!, ct);
            return sent is null ? new FaultResult(refused!) : TypedResults.Ok(new Enrolment(sent.Id, kind, sent.Hint, null, null, null));
        }

        var (method, secret, fault) = await enroll.StartTotpAsync(user, ct);
        if (method is null)
        {
            return new FaultResult(fault!);
        }

        var uri = Totp.UriFor(secret, new Uri(settings.Value.Issuer).Host, user.UserName!);
        return TypedResults.Ok(new Enrolment(method.Id, kind, null, Totp.ToBase32(secret), uri, QrOf(uri)));
    }

    private static async Task<Results<Ok<Confirmed>, FaultResult>> ConfirmAsync(
        string kind, Confirmation confirmation, CallContext call, HttpResponse response, IdentityDb db, EnrollFactor enroll, ClientOrigin origin, CancellationToken ct)
    {
        if (await SelfAsync(call, db, ct) is not { } user)
        {
            return Faults.Forbidden("Only users have second factors.");
        }

        response.Headers.CacheControl = "no-store";
        var (method, codes, fault) = await enroll.ConfirmAsync(user, kind, confirmation.MethodId, confirmation.Code, origin, ct);
        return method is null ? new FaultResult(fault!) : TypedResults.Ok(new Confirmed(MfaView.From(method), codes));
    }

    private static Task<User?> SelfAsync(CallContext call, IdentityDb db, CancellationToken ct)
    {
        var id = call.UserId();
        return db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == null && u.Active, ct);
    }

    private static string QrOf(string text)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var code = new PngByteQRCode(data);
        return "data:image/png;base64," + Convert.ToBase64String(code.GetGraphic(QrModuleSize));
    }
}
