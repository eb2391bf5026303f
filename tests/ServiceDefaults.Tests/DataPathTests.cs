namespace Platform.ServiceDefaults.Tests;

public sealed class DataPathTests
{
    [Theory]
    [InlineData("backups", "backups")]
    [InlineData("a/b/c", "a/b/c")]
    [InlineData("/data/platform/logs", "logs")]
    [InlineData("a//b/", "a/b/")]
    public void A_folder_below_the_root_is_one(string text, string expected)
    {
        Assert.True(DataPath.TryNormalize("/data/platform", text, out var relative));
        Assert.Equal(expected.TrimEnd('/'), relative.TrimEnd('/'));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../b")]
    [InlineData("a/../../b")]
    [InlineData("/etc/passwd")]
    [InlineData("/data/platform")]
    [InlineData("/data/platform-of-others")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\\..\\b")]
    [InlineData("~/x")]
    public void Anything_else_is_none(string text) => Assert.False(DataPath.TryNormalize("/data/platform", text, out _));
}
