using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using Platform.Identity.SignIn;

namespace Platform.Identity.Tests;

public sealed class PasswordPolicyTests
{
    [Theory]
    [InlineData("a really fine pass 9")]
    [InlineData("Xk2#fwQp9z!L")]
    [InlineData("kaputte Gießkanne am Zaun")]
    public void Good_passwords_have_no_fault(string password) => Assert.Empty(PasswordPolicy.Check(password, "ana@example.com"));

    [Theory]
    [InlineData(null, "is required")]
    [InlineData("short", "12 to 128")]
    [InlineData("password1234", "attackers")]
    [InlineData("PassWord1234", "attackers")]
    [InlineData("p@ssw0rd1234", "attackers")]
    [InlineData("qwertyuiop123", "attackers")]
    [InlineData("aabbaabbaabb", "easy to guess")]
    [InlineData("klmnopqrstuv", "easy to guess")]
    [InlineData("34567890123456", "easy to guess")]
    [InlineData("hello-anastasia-9", "user name")]
    [InlineData("has a \0 in the middle", "U+0000")]
    public void Bad_passwords_are_told_why(string? password, string why) =>
        Assert.Contains(PasswordPolicy.Check(password, "anastasia@example.com"), fault => fault.Contains(why, StringComparison.Ordinal));

    [Fact]
    public void The_longest_password_is_accepted_and_one_more_is_not()
    {
        var longest = string.Concat(Enumerable.Range(0, 32).Select(i => $"{i:x2}zq"));
        Assert.Equal(128, longest.Length);
        Assert.Empty(PasswordPolicy.Check(longest, null));
        Assert.NotEmpty(PasswordPolicy.Check(longest + "x", null));
    }

    [Fact]
    public void All_faults_come_at_once() => Assert.Equal(2, PasswordPolicy.Check("aaaa", null).Count);

    [Fact]
    public void The_shipped_list_is_there() => Assert.True(BreachedPasswords.Count >= 200);

    [Theory]
    [InlineData("Production", 209_999, false)]
    [InlineData("Production", 210_000, true)]
    [InlineData("Testing", 20_000, true)]
    public void Only_tests_may_hash_below_OWASPs_cost(string environment, int iterations, bool isSafe) => Assert.Equal(
        isSafe, new IdentitySettings { PasswordIterations = iterations }.HasSafeCost(new HostingEnvironment { EnvironmentName = environment }));

    [Fact]
    public async Task The_gate_hashes_and_verifies_at_the_stated_cost()
    {
        using var gate = new PasswordGate(TimeProvider.System, Options.Create(new IdentitySettings()));
        var user = new Users.User();
        user.PasswordHash = await gate.HashAsync(user, "a really fine pass 9", TestContext.Current.CancellationToken);
        Assert.True(await gate.VerifyAsync(user, "a really fine pass 9", TestContext.Current.CancellationToken));
        Assert.False(await gate.VerifyAsync(user, "a really fine pass 8", TestContext.Current.CancellationToken));
        Assert.False(await gate.VerifyAsync(null, "a really fine pass 9", TestContext.Current.CancellationToken));
        // Identity's version 3 format: marker, PRF (2: HMAC-SHA512), iterations, each big-endian.
        var bytes = Convert.FromBase64String(user.PasswordHash);
        Assert.Equal(1, bytes[0]);
        Assert.Equal(2u, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)));
        Assert.Equal(220_000u, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)));
    }
}
