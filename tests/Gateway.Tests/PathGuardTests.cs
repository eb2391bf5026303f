using Platform.Gateway.Pipeline;

namespace Platform.Gateway.Tests;

public sealed class PathGuardTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/users")]
    [InlineData("/api/v1/users/")]
    [InlineData("/api/v1/threat-intel/objects/indicator--a740531e-63ff-4e49-a9e1-a0a3eed0e3e7")]
    [InlineData("/api/v2/roles/name%20with%20blanks")]
    [InlineData("/api/v2/items/%C3%A9t%C3%A9")]
    [InlineData("/api/v2/items/a%3Ab@c")]
    [InlineData("/api/v2/items/v1.2.3")]
    [InlineData("/api/v1/users?next=/a//b/../%2f;x")]
    [InlineData("http://example.org/api/v1/users")]
    [InlineData("*")]
    public void Plain_paths_pass(string target) => Assert.True(PathGuard.IsCanonical(target));

    [Theory]
    [InlineData("")]
    [InlineData("api/v1")]
    [InlineData("//")]
    [InlineData("/api//v1")]
    [InlineData("//api/v1")]
    [InlineData("/api/./v1")]
    [InlineData("/api/../internal/keys")]
    [InlineData("/api/v1/..;/internal")]
    [InlineData("/api/v1;x=1/users")]
    [InlineData("/api/v1/users/.")]
    [InlineData("/api/v1/users.")]
    [InlineData("/api/v1./users")]
    [InlineData("/api/v1/%2e%2e/internal")]
    [InlineData("/api/v1/%2E/users")]
    [InlineData("/api/v1/.%2e/users")]
    [InlineData("/api%2fv1/users")]
    [InlineData("/api%5cv1/users")]
    [InlineData("/api\\v1/users")]
    [InlineData("/api/v1/users%00")]
    [InlineData("/api/v1/users%0d%0aX: y")]
    [InlineData("/api/v1/%75sers")]
    [InlineData("/api/v1/%252e%252e/internal")]
    [InlineData("/api/v1/users%3bx")]
    [InlineData("/api/v1/users%3f")]
    [InlineData("/api/v1/users%23")]
    [InlineData("/api/v1/users%2")]
    [InlineData("/api/v1/users%zz")]
    [InlineData("/api/v1/%c0%ae%c0%ae/internal")]
    [InlineData("/api/v1/%ff")]
    [InlineData("/api/v1/a b")]
    [InlineData("http://example.org//api")]
    public void Paths_with_a_second_reading_are_refused(string target) => Assert.False(PathGuard.IsCanonical(target));
}
