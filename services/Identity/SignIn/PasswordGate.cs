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
/// Password hashing, ASP.NET Core Identity's PBKDF2 (HMAC-SHA-512) at OWASP's cost, one at a time on each core but one, on
/// threads that the system runs after all others: a flood of sign-ins waits, and beyond the queue is turned away before it
/// has cost anything, while everything else on the machine goes on.
/// </summary>
internal sealed class PasswordGate : IDisposable
{
    /// <summary>How many may wait.</summary>
    public const int QueueLength = 16;

    /// <summary>How many of those who are turned away are kept waiting for the answer.</summary>
    private const int MostHeld = 1000;

    /// <summary>
    /// Who is turned away from a sign-in hears it after a moment: told at once, a program comes back at once, and asking costs
    /// the machine more than waiting.
    /// </summary>
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(1);

    private readonly PasswordHasher<User> _hasher;
    private readonly int _iterations;
    private readonly BlockingCollection<Action> _work = new();
    private readonly int _capacity = Threads + QueueLength;
    private readonly User _nobody = new();
    private readonly string _dummy;
    private readonly TimeProvider _clock;
    private int _inside;
    private int _held;

    public PasswordGate(TimeProvider clock, IOptions<IdentitySettings> settings)
    {
        _clock = clock;
        _iterations = settings.Value.PasswordIterations;
        _hasher = new(Options.Create(new PasswordHasherOptions
        {
            CompatibilityMode = PasswordHasherCompatibilityMode.IdentityV3,
            IterationCount = _iterations,
        }));
        _dummy = _hasher.HashPassword(_nobody, Guid.NewGuid().ToString());
        for (var i = 0; i < Threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = "password hashing" }.Start();
        }
    }

    /// <summary>How many are hashed at once.</summary>
    public static int Threads => Math.Max(1, Environment.ProcessorCount - 1);

    public Task<string> HashAsync(User user, string password, CancellationToken ct) =>
        EnterAsync(() => _hasher.HashPassword(user, password), ct);

    /// <summary>
    /// A place for a whole sign-in, taken before anything is read or written for it; 503 when too many wait. What is hashed in
    /// it needs no further place.
    /// </summary>
    public async Task<Place> EnterAsync(CancellationToken ct)
    {
        if (TryEnter())
        {
            return new Place(this);
        }

        try
        {
            if (Interlocked.Increment(ref _held) <= MostHeld)
            {
                await Task.Delay(Held, _clock, ct);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }

        throw TurnedAway();
    }

    /// <summary>
    /// Whether the password is the user's. Without a user, or with a hash of former days that is cheaper to check, the same work
    /// is done and the answer is no.
    /// </summary>
    public Task<bool> VerifyAsync(User? user, string password, CancellationToken ct) => EnterAsync(() => Verify(user, password), ct);

    /// <summary>Whether a hash was made at another cost than today's; ASP.NET Core Identity's format 3 says so in its bytes 5 to 8.</summary>
    public bool IsOutdated(string hash)
    {
        var bytes = new byte[128];
        return !Convert.TryFromBase64String(hash, bytes, out var length) || length < 13 || bytes[0] != 1
            || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) != (uint)KeyDerivationPrf.HMACSHA512
            || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)) < _iterations;
    }

    /// <summary>Whether a password is that of an older hash.</summary>
    public Task<bool> MatchesAsync(string hash, string password, CancellationToken ct) =>
        EnterAsync(() => _hasher.VerifyHashedPassword(_nobody, hash, password) != PasswordVerificationResult.Failed, ct);

    /// <summary>Does work when its turn comes; 503 when too many wait.</summary>
    internal async Task<T> EnterAsync<T>(Func<T> work, CancellationToken ct)
    {
        using var place = TryEnter() ? new Place(this) : throw TurnedAway();
        return await RunAsync(work, ct);
    }

    private bool Verify(User? user, string password)
    {
        var hash = user?.PasswordHash;
        var isRight = hash is not null && _hasher.VerifyHashedPassword(_nobody, hash, password) != PasswordVerificationResult.Failed;
        if (!isRight && (hash is null || IsOutdated(hash)))
        {
            _hasher.VerifyHashedPassword(_nobody, _dummy, password);
        }

        return isRight;
    }

    private static FaultException TurnedAway() =>
        new(new Fault(ErrorCodes.ServiceUnavailable, "Too many sign-ins at once; try again.", RetryAfter: TimeSpan.FromSeconds(2)));

    private bool TryEnter()
    {
        if (Interlocked.Increment(ref _inside) <= _capacity)
        {
            return true;
        }

        Interlocked.Decrement(ref _inside);
        return false;
    }

    private Task<T> RunAsync<T>(Func<T> work, CancellationToken ct)
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
        return done.Task;
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

    /// <summary>A place among those who hash or wait for it, until it is disposed of.</summary>
    internal sealed class Place(PasswordGate gate) : IDisposable
    {
        public Task<string> HashAsync(User user, string password, CancellationToken ct) => gate.RunAsync(() => gate._hasher.HashPassword(user, password), ct);

        /// <summary>As <see cref="PasswordGate.VerifyAsync"/>.</summary>
        public Task<bool> VerifyAsync(User? user, string password, CancellationToken ct) => gate.RunAsync(() => gate.Verify(user, password), ct);

        public void Dispose() => Interlocked.Decrement(ref gate._inside);
    }
}
