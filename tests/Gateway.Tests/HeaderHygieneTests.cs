using Microsoft.AspNetCore.Http;
using Platform.Gateway.Pipeline;

namespace Platform.Gateway.Tests;

public sealed class HeaderHygieneTests
{
    [Theory]
    [InlineData("X-Tenant-Id")]
    [InlineData("X-Tenant")]
    [InlineData("x-user-id")]
    [InlineData("X_User_Id")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X_Forwarded_For")]
    [InlineData("x-forwarded_host")]
    [InlineData("Forwarded")]
    [InlineData("X-Client-Address")]
    [InlineData("X_CLIENT_ADDRESS")]
    [InlineData("X-Client-Authorization")]
    [InlineData("X-Internal-Token")]
    [InlineData("X-Original-URL")]
    [InlineData("X-Rewrite-URL")]
    [InlineData("X-Real-IP")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("X_API_Key")]
    public void Reserved(string name) => Assert.True(HeaderHygiene.IsReserved(name));

    [Theory]
    [InlineData("X-Request-ID")]
    [InlineData("X-API-Key")]
    [InlineData("X-Userland")]
    [InlineData("X-Forward")]
    [InlineData("From")]
    [InlineData("User-Agent")]
    [InlineData("X-Client-Id")]
    public void Free(string name) => Assert.False(HeaderHygiene.IsReserved(name));

    [Fact]
    public void Cleaning_takes_the_reserved_and_leaves_the_rest()
    {
        var headers = new HeaderDictionary { ["X-Tenant-Id"] = "1", ["X_Forwarded_For"] = "2", ["Accept"] = "3" };

        HeaderHygiene.Clean(headers);

        Assert.Equal(["Accept"], headers.Keys);
    }
}
