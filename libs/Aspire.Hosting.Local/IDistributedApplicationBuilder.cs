using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting
{
    /// <summary>Collects the resources of an application.</summary>
    public interface IDistributedApplicationBuilder
    {
        ConfigurationManager Configuration { get; }

        string AppHostDirectory { get; }

        Assembly? AppHostAssembly { get; }

        IHostEnvironment Environment { get; }

        IServiceCollection Services { get; }

        IDistributedApplicationEventing Eventing { get; }

        DistributedApplicationExecutionContext ExecutionContext { get; }

        IResourceCollection Resources { get; }

        /// <summary>Adds the resource; a second one of the same name throws.</summary>
        IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

        /// <summary>A builder for a resource that is not (or already) part of the application.</summary>
        IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;

        DistributedApplication Build();
    }

    public static class DistributedApplicationBuilderExtensions
    {
        public static IResourceBuilder<T> CreateResourceBuilder<T>(this IDistributedApplicationBuilder builder, string name) where T : IResource
        {
            ArgumentNullException.ThrowIfNull(builder);
            return builder.Resources.FirstOrDefault(r => StringComparer.OrdinalIgnoreCase.Equals(r.Name, name)) is T resource
                ? builder.CreateResourceBuilder(resource)
                : throw new InvalidOperationException($"Resource '{name}' was not found.");
        }
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A resource while it is being described.</summary>
    public interface IResourceBuilder<out T> where T : IResource
    {
        IDistributedApplicationBuilder ApplicationBuilder { get; }

        T Resource { get; }

        IResourceBuilder<T> WithAnnotation<TAnnotation>(
            TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
            where TAnnotation : IResourceAnnotation;

        IResourceBuilder<T> WithAnnotation<TAnnotation>(ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
            where TAnnotation : IResourceAnnotation, new()
            => WithAnnotation(new TAnnotation(), behavior);
    }
}
