using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Platform.ServiceDefaults;

/// <summary>Answers with a fault in the convention of the request's version; fits into <c>Results&lt;…&gt;</c> unions.</summary>
public sealed class FaultResult(Fault fault) : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    public Fault Fault { get; } = fault;

    public int? StatusCode => Fault.Status;

    public Task ExecuteAsync(HttpContext httpContext) => FaultWriter.WriteAsync(httpContext, Fault);

    /// <summary>Every endpoint that can fault documents the problem document.</summary>
    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(FaultsDocumented.Instance);
}

/// <summary>Marks endpoints whose fault answers the API description lists.</summary>
internal sealed class FaultsDocumented
{
    public static readonly FaultsDocumented Instance = new();
}
