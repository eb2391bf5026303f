using System.Text;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;

namespace Platform.ServiceDefaults.Tests.Http;

/// <summary>Whole bodies and merge patches are read and refused by the same rules.</summary>
public sealed class BodyRulesTests
{
    private sealed record Part(int Size);

    private sealed record Thing(string? Name, int Count, Part? Part);

    private sealed class ThingRules : AbstractValidator<Thing>
    {
        public ThingRules()
        {
            RuleFor(t => t.Name).NotEmpty().WithMessage("must not be empty");
            RuleFor(t => t.Count).GreaterThan(0).WithMessage("must be more than 0");
        }
    }

    [Theory]
    [InlineData("v1", "{", ErrorCodes.MalformedRequest, null)]
    [InlineData("v2", "{", ErrorCodes.MalformedRequest, null)]
    [InlineData("v1", "[]", ErrorCodes.MalformedRequest, null)]
    [InlineData("v1", "null", ErrorCodes.MalformedRequest, null)]
    [InlineData("v1", """{"count":"x"}""", ErrorCodes.MalformedRequest, "count")]
    [InlineData("v2", """{"part":{"size":"x"}}""", ErrorCodes.MalformedRequest, "part.size")]
    [InlineData("v2", """{"colour":"red","count":"x"}""", ErrorCodes.MalformedRequest, "count")]
    [InlineData("v2", """{"name":"n","count":1,"colour":"red"}""", ErrorCodes.ValidationError, "colour")]
    public async Task A_body_is_refused_with_the_place(string version, string body, string code, string? path)
    {
        var fault = (await Assert.ThrowsAsync<FaultException>(() => ReadAsync(version, body))).Fault;
        Assert.Equal(code, fault.Code);
        Assert.Equal(path is null ? null : [path], fault.Errors?.Keys.ToArray());
    }

    [Theory]
    [InlineData("v1", """{"count":"x"}""", ErrorCodes.MalformedRequest, "count")]
    [InlineData("v2", """{"part":{"size":"x"}}""", ErrorCodes.MalformedRequest, "part.size")]
    [InlineData("v2", """{"colour":"red"}""", ErrorCodes.ValidationError, "colour")]
    [InlineData("v2", """{"part":{"colour":"red"}}""", ErrorCodes.ValidationError, "part.colour")]
    public async Task A_patch_is_refused_with_the_place(string version, string patch, string code, string path)
    {
        var fault = (await Assert.ThrowsAsync<FaultException>(() => PatchAsync(version, patch))).Fault;
        Assert.Equal(code, fault.Code);
        Assert.Equal([path], fault.Errors!.Keys);
    }

    [Fact]
    public async Task Both_tell_all_that_the_validator_finds()
    {
        var whole = (await Assert.ThrowsAsync<FaultException>(() => ReadAsync("v1", """{"name":"","count":0}"""))).Fault;
        var patched = (await Assert.ThrowsAsync<FaultException>(() => PatchAsync("v2", """{"name":null,"count":0}"""))).Fault;
        Assert.Equal(2, whole.Errors!.Count);
        Assert.Equal(whole.Errors, patched.Errors);
    }

    [Fact]
    public async Task Version_1_ignores_what_it_does_not_know()
    {
        Assert.Equal(new Thing("n", 1, null), await ReadAsync("v1", """{"name":"n","count":1,"colour":"red"}"""));
        Assert.Equal(new Thing("old", 7, new Part(3)), await PatchAsync("v1", """{"count":7,"colour":"red"}"""));
    }

    private static async Task<Thing> ReadAsync(string version, string body) =>
        (await Body<Thing>.BindAsync(Request(version, body), null!)).Value;

    private static async Task<Thing> PatchAsync(string version, string patch) =>
        await (await Patch<Thing>.BindAsync(Request(version, patch), null!)).ApplyAsync(new Thing("old", 1, new Part(3)));

    private static DefaultHttpContext Request(string version, string body) => new()
    {
        RequestServices = new ServiceCollection().AddSingleton<IValidator<Thing>, ThingRules>().BuildServiceProvider(),
        Request =
        {
            Path = $"/api/{version}/things",
            ContentType = "application/json",
            Body = new MemoryStream(Encoding.UTF8.GetBytes(body)),
        },
    };
}
