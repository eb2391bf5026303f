using Platform.Contracts;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph;

/// <summary>Answers the store's failures as faults of the API.</summary>
internal sealed class GraphFaults : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (GraphStoreException exception) when (exception.Failure is GraphFailure.Unavailable)
        {
            throw new FaultException(new Fault(ErrorCodes.DatabaseError, "The graph store cannot be reached.", RetryAfter: TimeSpan.FromSeconds(5)));
        }
        catch (GraphStoreException exception) when (exception.Failure is GraphFailure.TooExpensive)
        {
            throw new FaultException(new Fault(ErrorCodes.QueryTooExpensive, exception.Message));
        }
    }
}
