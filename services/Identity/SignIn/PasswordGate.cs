using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>
/// Password hashing, ASP.NET Core Identity's PBKDF2 (HMAC-SHA-512) at OWASP's cost, one at a time a core: a flood of
/// sign-ins waits, and beyond the queue is turned away, instead of stopping the machine.
/// </summary>
internal sealed class PasswordGate : IDisposable
{
    /// <summary>OWASP Password Storage Cheat Sheet: PBKDF2-HMAC-SHA512.</summary>
    public const int Iterations = 210_000;

    private const int QueueLength = 16;

    private readonly PasswordHasher<User> _hasher = new(Options.Create(new PasswordHasherOptions
    {
        CompatibilityMode = PasswordHasherCompatibilityMode.IdentityV3,
        IterationCount = Iterations,
    }));

    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);
    private readonly int _capacity = Environment.ProcessorCount + QueueLength;
    private readonly User _nobody = new();
    private readonly string _dummy;
    private int _inside;

    public PasswordGate() => _dummy = _hasher.HashPassword(_nobody, Guid.NewGuid().ToString());

    public Task<string> HashAsync(User user, string password, CancellationToken ct) =>
        EnterAsync(() => _hasher.HashPassword(user, password), ct);

    /// <summary>Whether the password is the user's. Without a user the same work is done and the answer is no.</summary>
    public Task<bool> VerifyAsync(User? user, string password, CancellationToken ct) => EnterAsync(
        () => user?.PasswordHash is { } hash
            ? _hasher.VerifyHashedPassword(user, hash, password) != PasswordVerificationResult.Failed
            : _hasher.VerifyHashedPassword(_nobody, _dummy, password) == PasswordVerificationResult.Success && user is { PasswordHash: not null },
        ct);

    public void Dispose() => _cores.Dispose();

    private async Task<T> EnterAsync<T>(Func<T> work, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _inside) > _capacity)
        {
            Interlocked.Decrement(ref _inside);
            throw new FaultException(new Fault(ErrorCodes.ServiceUnavailable, "Too many sign-ins at once; try again.", RetryAfter: TimeSpan.FromSeconds(2)));
        }

        try
        {
            await _cores.WaitAsync(ct);
            try
            {
                return await Task.Run(work, ct);
            }
            finally
            {
                _cores.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }
}
