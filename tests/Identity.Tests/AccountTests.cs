using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Platform.Identity.Audit;
using Platform.Identity.Clients;
using Platform.Identity.Devices;
using Platform.Identity.Keys;
using Platform.Identity.Mfa;
using Platform.Identity.SignIn;
using Platform.ServiceDefaults;

namespace Platform.Identity.Tests;

public sealed class AccountTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void Rfc6238_appendix_b(long seconds, string expected) =>
        Assert.Equal(expected, Totp.CodeAt(Encoding.ASCII.GetBytes("12345678901234567890"), seconds / 30, digits: 8));

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Rfc4648_section_10_base32_without_padding(string text, string expected) => Assert.Equal(expected, Totp.ToBase32(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Rfc6238_section_5_2_one_step_of_drift_either_way_and_no_more()
    {
        var secret = new byte[Totp.SecretSize];
        foreach (var (seconds, isRight) in new[] { (-60, false), (-30, true), (0, true), (30, true), (60, false) })
        {
            Assert.Equal(isRight, Totp.StepOf(secret, Totp.CodeAt(secret, Now.AddSeconds(seconds)), Now) is not null);
        }
    }

    [Fact]
    public void Two_addresses_never_lock_an_account_and_three_do()
    {
        var account = new LoginAttempts();
        for (var i = 0; i < 100; i++)
        {
            Assert.False(account.BeginAnywhere(Now, addresses: 2, isTrusted: false).LocksAccount);
        }

        Assert.True(account.BeginAnywhere(Now, addresses: 3, isTrusted: false).LocksAccount);
        Assert.Equal(AttemptOutcome.Locked, account.BeginAnywhere(Now, 3, isTrusted: false).Outcome);
        Assert.Equal(AttemptOutcome.Allowed, account.BeginAnywhere(Now, 3, isTrusted: true).Outcome);
        Assert.Equal(AttemptOutcome.Allowed, account.BeginAnywhere(Now.AddMinutes(16), 1, isTrusted: false).Outcome);
    }

    [Fact]
    public void A_right_password_takes_back_its_own_count_and_lock_only()
    {
        var account = new LoginAttempts();
        for (var i = 0; i < 4; i++)
        {
            account.BeginAnywhere(Now, 3, isTrusted: false);
        }

        var right = account.BeginAnywhere(Now, 3, isTrusted: false);
        Assert.True(right.LocksAccount);
        account.SucceedAnywhere(right.LocksAccount);
        Assert.Null(account.LockedUntil);
        Assert.True(account.BeginAnywhere(Now, 3, isTrusted: false).LocksAccount); // The four failures of others still count.
    }

    [Fact]
    public void Asking_for_resets_is_limited_and_never_locks()
    {
        var pair = new LoginAttempts();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(AttemptOutcome.Allowed, pair.Begin(Now, locks: false).Outcome);
        }

        Assert.Equal(AttemptOutcome.Limited, pair.Begin(Now, locks: false).Outcome);
        Assert.Null(pair.LockedUntil);
    }

    [Fact]
    public async Task Password_hashing_leaves_a_core_alone_sixteen_wait_and_the_next_is_told_to_come_back()
    {
        using var gate = new PasswordGate(TimeProvider.System, Options.Create(new IdentitySettings()));
        var ct = TestContext.Current.CancellationToken;
        using var hold = new ManualResetEventSlim();
        var (running, most) = (0, 0);
        var work = Enumerable.Range(0, PasswordGate.Threads + PasswordGate.QueueLength).Select(_ => gate.EnterAsync(
            () =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                hold.Wait(ct);
                return Interlocked.Decrement(ref running);
            },
            ct)).ToList();
        var refused = await Assert.ThrowsAsync<FaultException>(() => gate.EnterAsync(() => 0, ct));
        Assert.Equal(503, refused.Fault.Status);
        Assert.NotNull(refused.Fault.RetryAfter);

        // A sign-in hears it after a moment, and takes no place meanwhile.
        var began = Stopwatch.GetTimestamp();
        refused = await Assert.ThrowsAsync<FaultException>(() => gate.EnterAsync(ct));
        Assert.Equal(503, refused.Fault.Status);
        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(0.9));
        hold.Set();
        await Task.WhenAll(work);
        Assert.InRange(most, 1, PasswordGate.Threads);
        Assert.Equal(7, await gate.EnterAsync(() => 7, ct));
        using var place = await gate.EnterAsync(ct);
        Assert.False(await place.VerifyAsync(null, "a really fine pass 9", ct));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("=cmd()", "'=cmd()")]
    [InlineData("@sum(1,2)", "\"'@sum(1,2)\"")]
    [InlineData(null, "")]
    public void Rfc4180_fields_are_quoted_and_formulas_defused(string? value, string expected) => Assert.Equal(expected, AuditExport.Field(value));

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.255", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0", false)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.9", true)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("198.51.100.7", "198.51.100.7", true)]
    [InlineData("198.51.100.7", "198.51.100.8", false)]
    public void Networks_admit_their_addresses(string network, string address, bool admitted) =>
        Assert.Equal(admitted, Networks.Admit([network], IPAddress.Parse(address)));

    [Fact]
    public void A_fingerprint_ignores_spelling_and_versions_and_differs_between_tenants()
    {
        var prints = new DeviceFingerprints(new Vault(Options.Create(new IdentitySettings { KeyEncryptionKey = Convert.ToBase64String(new byte[32]) })));
        var tenant = Guid.NewGuid();
        var one = prints.Of(tenant, new DeviceSignals("x", new Dictionary<string, string> { ["Platform"] = "Linux ", ["tz"] = "UTC" }), "Firefox/128.0");
        Assert.Equal(one, prints.Of(tenant, new DeviceSignals("y", new Dictionary<string, string> { ["tz"] = "utc", ["platform"] = "linux" }), "firefox/129.0.1"));
        Assert.NotEqual(one, prints.Of(tenant, new DeviceSignals("x", new Dictionary<string, string> { ["platform"] = "mac", ["tz"] = "UTC" }), "Firefox/128.0"));
        Assert.NotEqual(one, prints.Of(Guid.NewGuid(), new DeviceSignals("x", new Dictionary<string, string> { ["Platform"] = "Linux ", ["tz"] = "UTC" }), "Firefox/128.0"));
    }

    [Fact]
    public void The_chain_depends_on_every_field_and_on_what_came_before()
    {
        AuditEntry Entry(Action<AuditEntry>? change = null)
        {
            var entry = new AuditEntry { TenantId = Guid.Empty, At = Now, Action = "a", Resource = "b", Outcome = "success", ActorId = "c", Details = "{\"x\":\"1\",\"y\":\"2\"}" };
            change?.Invoke(entry);
            return entry;
        }

        var salt = new byte[32];
        byte[] Hash(AuditEntry e, byte[]? before = null, long seq = 1) => AuditHash.Next(before ?? AuditHash.Genesis, seq, e, AuditHash.Commit(salt, e));
        var plain = Hash(Entry());
        Assert.Equal(plain, Hash(Entry(e => e.Details = "{ \"y\": \"2\", \"x\": \"1\" }"))); // As jsonb may give it back.
        byte[][] others =
        [
            Hash(Entry(e => e.Action = "ab")), Hash(Entry(e => e.Resource = "")), Hash(Entry(e => e.Outcome = "refused")), Hash(Entry(e => e.ActorId = null)),
            Hash(Entry(e => e.Address = "")), Hash(Entry(e => e.Details = null)), Hash(Entry(e => e.Count = 2)), Hash(Entry(e => e.LastAt = Now)),
            Hash(Entry(e => e.At = Now.AddMicroseconds(1))), Hash(Entry(e => e.TenantId = Guid.NewGuid())), Hash(Entry(), plain), Hash(Entry(), seq: 2),
        ];
        Assert.Equal(others.Length + 1, others.Append(plain).Select(Convert.ToHexString).Distinct().Count());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
