using System.Text.Json.Nodes;
using Platform.Agent.Tools;
using Platform.Agent.Upstream;
using Platform.Contracts;

namespace Platform.Agent.Tests;

/// <summary>What a tool tells of the answer of a service.</summary>
public sealed class ServiceToolTests
{
    [Theory]
    [InlineData("""{"type":"x","status":422,"detail":"sql: pg_class is not a view"}""", "sql: pg_class is not a view")]
    [InlineData("""{"success":false,"error":{"code":"VALIDATION_ERROR","message":"sql: pg_class is not a view"}}""", "sql: pg_class is not a view")]
    [InlineData("{}", "The data refused the query.")]
    public void What_a_service_refuses_is_told_with_its_reason_in_either_form_of_faults(string body, string message)
    {
        var result = ServiceTool.Of(new ServiceAnswer(422, JsonNode.Parse(body)), _ => 0);
        Assert.Equal((message, ErrorCodes.ValidationError), (result.Error?.Message, result.Error?.Code));
    }
}
