using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

namespace Platform.Identity.SignIn;

/// <summary>
/// Password hashing, ASP.NET Core Identity's PBKDF2 (HMAC-SHA-512) at OWASP's cost, one at a time a core, on threads that
/// the system runs after all others: a flood of sign-ins waits, and beyond the queue is turned away, while everything
/// else on the machine goes on.
/// </summary>
internal sealed class PasswordGate : IDisposable
{
    /// <summary>OWASP Password Storage Cheat Sheet: PBKDF2-HMAC-SHA512, 210,000 or more.</summary>
    public const int Iterations = 220_000;

    /// <summary>How many may wait.</summary>
    public const int QueueLength = 16;

    private readonly PasswordHasher<User> _hasher = new(Options.Create(new PasswordHasherOptions
    {
        CompatibilityMode = PasswordHasherCompatibilityMode.IdentityV3,
        IterationCount = Iterations,
    }));

    private readonly BlockingCollection<Action> _work = new();
    private readonly int _capacity = Environment.ProcessorCount + QueueLength;
    private readonly User _nobody = new();
    private readonly string _dummy;
    private int _inside;

    public PasswordGate()
    {
        _dummy = _hasher.HashPassword(_nobody, Guid.NewGuid().ToString());
        for (var i = 0; i < Environment.ProcessorCount; i++)
        {
            new Thread(Work) { IsBackground = true, Name = "password hashing" }.Start();
        }
    }

    public Task<string> HashAsync(User user, string password, CancellationToken ct) =>
        EnterAsync(() => _hasher.HashPassword(user, password), ct);

    /// <summary>
    /// Whether the password is the user's. Without a user, or with a hash of former days that is cheaper to check, the same work
    /// is done and the answer is no.
    /// </summary>
    public Task<bool> VerifyAsync(User? user, string password, CancellationToken ct) => EnterAsync(
        () =>
        {
            var hash = user?.PasswordHash;
            var isRight = hash is not null && _hasher.VerifyHashedPassword(_nobody, hash, password) != PasswordVerificationResult.Failed;
            if (!isRight && (hash is null || IsOutdated(hash)))
            {
                _hasher.VerifyHashedPassword(_nobody, _dummy, password);
            }

            return isRight;
        },
        ct);

    /// <summary>Whether a hash was made at another cost than today's; ASP.NET Core Identity's format 3 says so in its bytes 5 to 8.</summary>
    public static bool IsOutdated(string hash)
    {
        var bytes = new byte[128];
        return !Convert.TryFromBase64String(hash, bytes, out var length) || length < 13 || bytes[0] != 1
            || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) != (uint)KeyDerivationPrf.HMACSHA512
            || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)) < Iterations;
    }

    /// <summary>Whether a password is that of an older hash.</summary>
    public Task<bool> MatchesAsync(string hash, string password, CancellationToken ct) =>
        EnterAsync(() => _hasher.VerifyHashedPassword(_nobody, hash, password) != PasswordVerificationResult.Failed, ct);

    /// <summary>Does work when its turn comes; 503 when too many wait.</summary>
    internal async Task<T> EnterAsync<T>(Func<T> work, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _inside) > _capacity)
        {
            Interlocked.Decrement(ref _inside);
            throw new FaultException(new Fault(ErrorCodes.ServiceUnavailable, "Too many sign-ins at once; try again.", RetryAfter: TimeSpan.FromSeconds(2)));
        }

        try
        {
            var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            _work.Add(
                () =>
                {
                    if (ct.IsCancellationRequested)
                    {
                        done.SetCanceled(ct);
                        return;
                    }

                    try
                    {
                        done.SetResult(work());
                    }
                    catch (Exception exception)
                    {
                        done.SetException(exception);
                    }
                },
                CancellationToken.None);
            return await done.Task;
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public void Dispose() => _work.CompleteAdding();

    private void Work()
    {
        LowerPriority();
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }

    /// <summary>.NET's own thread priorities mean nothing on Linux; the nice value of a thread does, and raising it needs no right.</summary>
    private static void LowerPriority()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(0, 0, 15);
        }
        else
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        }
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int priority);
}
