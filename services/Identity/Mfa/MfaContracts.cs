using FluentValidation;
using Platform.Identity.Users;

namespace Platform.Identity.Mfa;

/// <summary>The second step of a sign-in.</summary>
/// <param name="ChallengeId">Of the first step's answer.</param>
/// <param name="Method">One of the challenge's methods.</param>
/// <param name="Code">The code.</param>
internal sealed record MfaVerification(string ChallengeId, string Method, string Code);

internal sealed class MfaVerificationValidator : AbstractValidator<MfaVerification>
{
    public MfaVerificationValidator()
    {
        RuleFor(v => v.ChallengeId).NotEmpty().MaximumLength(200);
        RuleFor(v => v.Method).NotEmpty().Must(m => m is MfaKinds.Totp or MfaKinds.Sms or MfaKinds.Email or MfaKinds.RecoveryCode)
            .WithMessage("must be totp, sms, email or recovery_code");
        RuleFor(v => v.Code).NotEmpty().MaximumLength(40);
    }
}

/// <summary>Asks for a code to be sent.</summary>
internal sealed record MfaSending(string ChallengeId, string Method);

internal sealed class MfaSendingValidator : AbstractValidator<MfaSending>
{
    public MfaSendingValidator()
    {
        RuleFor(v => v.ChallengeId).NotEmpty().MaximumLength(200);
        RuleFor(v => v.Method).Must(m => m is MfaKinds.Sms or MfaKinds.Email).WithMessage("must be sms or email");
    }
}

/// <summary>A second factor to enrol.</summary>
/// <param name="Type"><c>totp</c>, <c>sms</c> or <c>email</c>.</param>
/// <param name="PhoneNumber">For <c>sms</c>: E.164, such as +4930901820.</param>
/// <param name="Email">For <c>email</c>: the user name unless given.</param>
internal sealed record NewMethod(string Type, string? PhoneNumber, string? Email);

internal sealed class NewMethodValidator : AbstractValidator<NewMethod>
{
    public NewMethodValidator()
    {
        RuleFor(m => m.Type).Must(t => t is MfaKinds.Totp or MfaKinds.Sms or MfaKinds.Email).WithMessage("must be totp, sms or email");
        RuleFor(m => m.PhoneNumber).Must((m, n) => m.Type == MfaKinds.Sms ? PhoneNumbers.IsValid(n) : n is null).WithMessage(PhoneNumbers.Message);
        RuleFor(m => m.Email).Must((m, e) => e is null || (m.Type == MfaKinds.Email && EmailAddress.IsValid(e))).WithMessage("must be an e-mail address");
    }
}

/// <summary>A telephone number, E.164.</summary>
internal sealed record PhoneEnrolment(string PhoneNumber);

internal sealed class PhoneEnrolmentValidator : AbstractValidator<PhoneEnrolment>
{
    public PhoneEnrolmentValidator() => RuleFor(e => e.PhoneNumber).Must(PhoneNumbers.IsValid).WithMessage(PhoneNumbers.Message);
}

/// <summary>An e-mail address; the user name unless given.</summary>
internal sealed record EmailEnrolment(string? Email);

internal sealed class EmailEnrolmentValidator : AbstractValidator<EmailEnrolment>
{
    public EmailEnrolmentValidator() => RuleFor(e => e.Email).Must(e => e is null || EmailAddress.IsValid(e)).WithMessage("must be an e-mail address");
}

/// <summary>The code that confirms an enrolment; the newest of its kind unless one is named.</summary>
internal sealed record Confirmation(string Code, Guid? MethodId);

internal sealed class ConfirmationValidator : AbstractValidator<Confirmation>
{
    public ConfirmationValidator() => RuleFor(c => c.Code).NotEmpty().MaximumLength(40);
}

/// <summary>ITU-T E.164: a plus and at most fifteen digits.</summary>
internal static class PhoneNumbers
{
    public const string Message = "must be a telephone number in the form +4930901820";

    public static bool IsValid(string? number) =>
        number is { Length: >= 8 and <= 16 } && number[0] == '+' && number[1] != '0' && number.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
}

/// <summary>An enrolment that waits for its code.</summary>
/// <param name="MethodId">Its id.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Hint">Where the code went.</param>
/// <param name="Secret">For an app without a camera, Base32.</param>
/// <param name="OtpauthUri">For an app.</param>
/// <param name="QrCode">The same as a picture: a data URL of a PNG.</param>
internal sealed record Enrolment(Guid MethodId, string Type, string? Hint, string? Secret, string? OtpauthUri, string? QrCode);

/// <summary>A confirmed factor, and the recovery codes that came with the first one.</summary>
internal sealed record Confirmed(MfaView Method, IReadOnlyList<string>? RecoveryCodes);

/// <summary>A second factor.</summary>
internal sealed record MfaView(Guid MethodId, string Type, string? Hint, bool Confirmed, DateTimeOffset CreatedAt)
{
    internal static MfaView From(MfaMethod m) => new(m.Id, m.Kind, m.Hint, m.ConfirmedAt is not null, m.CreatedAt);
}

/// <summary>A user's second factors.</summary>
internal sealed record MfaList(IReadOnlyList<MfaView> Items, int RecoveryCodesLeft);

/// <summary>Recovery codes, each good for one sign-in.</summary>
internal sealed record RecoveryCodeList(IReadOnlyList<string> RecoveryCodes);
