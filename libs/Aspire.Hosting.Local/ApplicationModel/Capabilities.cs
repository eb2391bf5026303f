using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.ApplicationModel
{
    // Tags without members: the generic constraints of the extension methods.
    public interface IResourceWithEnvironment : IResource;

    public interface IResourceWithArgs : IResource;

    public interface IResourceWithEndpoints : IResource;

    public interface IResourceWithWaitSupport : IResource;

    public interface IResourceWithProbes : IResource;

    public interface IComputeResource : IResource;

    public interface IResourceWithoutLifetime : IResource;

    public interface IContainerFilesDestinationResource : IResource;

    public interface IResourceWithParent : IResource
    {
        IResource Parent { get; }
    }

    public interface IResourceWithParent<out T> : IResourceWithParent where T : IResource
    {
        new T Parent { get; }

        IResource IResourceWithParent.Parent => Parent;
    }

    /// <summary>Has a form in which a deployment manifest can name it.</summary>
    public interface IManifestExpressionProvider
    {
        string ValueExpression { get; }
    }

    /// <summary>Has a value that may be known only later (an endpoint's port, a generated password).</summary>
    public interface IValueProvider
    {
        ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

        ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default)
            => GetValueAsync(cancellationToken);
    }

    /// <summary>Who asks for a value.</summary>
    public class ValueProviderContext
    {
        public IResource? Caller { get; init; }
    }

    public interface IValueWithReferences
    {
        IEnumerable<object> References { get; }
    }

    public interface IResourceWithConnectionString : IResource, IManifestExpressionProvider, IValueProvider, IValueWithReferences
    {
        ReferenceExpression ConnectionStringExpression { get; }

        /// <summary>Name of the variable that <c>WithReference</c> sets instead of <c>ConnectionStrings__{name}</c>.</summary>
        string? ConnectionStringEnvironmentVariable => null;

        string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

        IEnumerable<object> IValueWithReferences.References => [ConnectionStringExpression];

        /// <summary>The parts of the connection string, injected as <c>{NAME}_{PROPERTY}</c>.</summary>
        IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];

        ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default)
            => ConnectionStringExpression.GetValueAsync(cancellationToken);

        ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken)
            => GetConnectionStringAsync(cancellationToken);

        ValueTask<string?> IValueProvider.GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
            => GetConnectionStringAsync(cancellationToken);
    }
}

namespace Aspire.Hosting
{
    /// <summary>Others find it by the <c>services__…</c> variables.</summary>
    public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;
}
