namespace Platform.Identity.Audit;

/// <summary>The names of what this service records.</summary>
internal static class AuditActions
{
    public const string LoginSuccess = "login_success";
    public const string LoginFailed = "login_failed";
    public const string LoginLocked = "login_locked";
    public const string Logout = "logout";
    public const string SessionEnded = "session_ended";
    public const string RefreshReused = "refresh_reused";
    public const string PasswordChanged = "password_changed";
    public const string PasswordChangeFailed = "password_change_failed";
    public const string PasswordResetAsked = "password_reset_asked";
    public const string PasswordReset = "password_reset";
    public const string InvitationSent = "invitation_sent";
    public const string InvitationAccepted = "invitation_accepted";
    public const string AccountLocked = "account_locked";
    public const string AccountUnlocked = "account_unlocked";
    public const string MfaRequired = "mfa_required";
    public const string MfaFailed = "mfa_failed";
    public const string MfaEnrolled = "mfa_enrolled";
    public const string MfaRemoved = "mfa_removed";
    public const string RecoveryCodesCreated = "recovery_codes_created";
    public const string NewDevice = "new_device";
    public const string DeviceTrusted = "device_trusted";
    public const string DeviceForgotten = "device_forgotten";
    public const string PolicyUpdated = "policy_updated";
    public const string RoleCreated = "role_created";
    public const string RoleUpdated = "role_updated";
    public const string RoleDeleted = "role_deleted";
    public const string UserExported = "user_exported";
    public const string UserErased = "user_erased";
    public const string TenantErased = "tenant_erased";
    public const string ActAs = "act_as";
    public const string UsersListed = "users_listed";
    public const string UserCreated = "user_created";
    public const string UserUpdated = "user_updated";
    public const string UserDeleted = "user_deleted";
    public const string ClientCreated = "integration_client_created";
    public const string ClientUpdated = "integration_client_updated";
    public const string ClientRotated = "integration_client_secret_rotated";
    public const string ClientDeleted = "integration_client_deleted";
    public const string AuditExported = "audit_exported";
    public const string AuthorizationGranted = "authorization_granted";
    public const string AuthorizationDenied = "authorization_denied";
    public const string CodeReplayed = "code_replayed";
    public const string DeviceApproved = "device_approved";
    public const string DeviceDenied = "device_denied";
    public const string TokenRevoked = "token_revoked";
    public const string TokenIssued = "token_issued";
    public const string TokenRefused = "token_refused";
}

/// <summary>How an audited action ended.</summary>
internal static class Outcomes
{
    public const string Success = "success";
    public const string Refused = "refused";
    public const string Failed = "failed";
}
