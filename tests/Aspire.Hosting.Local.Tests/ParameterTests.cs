using Microsoft.Extensions.DependencyInjection;

namespace Platform.Aspire.Hosting.Local.Tests;

public sealed class ParameterTests
{
    [Fact]
    public async Task A_generated_secret_is_the_same_in_the_next_run_and_readable_by_its_owner_alone()
    {
        await using var first = new TestApplication();
        await using var second = new TestApplication(folder: first.Folder);

        var one = await ValueAsync(first);
        var two = await ValueAsync(second);

        Assert.Equal(44, one.Length);
        Assert.Equal(one, two);
        Assert.All(one, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(first.Folder, "data", "secrets.json")));

        static async Task<string> ValueAsync(TestApplication test) => await test.Builder
            .AddParameter("key", new GenerateParameterDefault { MinLength = 44, Special = false }, secret: true, persist: true)
            .Resource.GetValueAsync(TestContext.Current.CancellationToken) ?? "";
    }

    [Fact]
    public async Task The_configuration_wins_over_a_generated_value_and_is_asked_by_both_spellings()
    {
        await using var test = new TestApplication();
        test.Builder.Configuration["Parameters:my_key"] = "given";

        var parameter = test.Builder.AddParameter("my-key", new GenerateParameterDefault { MinLength = 10 }, secret: true, persist: true);

        Assert.Equal("given", await parameter.Resource.GetValueAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_parameter_without_a_value_says_what_is_missing()
    {
        await using var test = new TestApplication();
        var parameter = test.Builder.AddParameter("absent");

        var error = await Assert.ThrowsAsync<MissingParameterValueException>(async () => await parameter.Resource.GetValueAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Parameters:absent", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generated_value_holds_the_least_of_each_class()
    {
        var generated = new GenerateParameterDefault { MinLength = 12, MinNumeric = 3, MinSpecial = 2, MinUpper = 4 };

        for (var i = 0; i < 50; i++)
        {
            var value = generated.GetDefaultValue();
            Assert.Equal(12, value.Length);
            Assert.True(value.Count(char.IsAsciiDigit) >= 3 && value.Count(char.IsAsciiLetterUpper) >= 4 && value.Count(c => !char.IsAsciiLetterOrDigit(c)) >= 2);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1abc")]
    [InlineData("a--b")]
    [InlineData("ab-")]
    [InlineData("a_b")]
    public async Task A_name_that_no_host_could_have_is_refused(string name)
    {
        await using var test = new TestApplication();

        Assert.ThrowsAny<ArgumentException>(() => test.Builder.AddParameter(name, "x"));
    }

    [Fact]
    public async Task A_second_resource_of_the_same_name_is_refused()
    {
        await using var test = new TestApplication();
        test.Builder.AddRedis("cache");

        Assert.Throws<DistributedApplicationException>(() => test.Builder.AddRabbitMQ("Cache"));
        Assert.NotNull(test.Services.GetRequiredService<DistributedApplicationModel>());
    }
}
