using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something the application consists of or depends on: a process, a store, a parameter.</summary>
public interface IResource
{
    /// <summary>Unique in the application (case-insensitive), 1 to 64 ASCII letters, digits and hyphens.</summary>
    string Name { get; }

    /// <summary>Everything else that is known of the resource.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>A piece of knowledge attached to a resource.</summary>
public interface IResourceAnnotation;

/// <summary>What <c>WithAnnotation</c> does when the resource already has one of the type.</summary>
public enum ResourceAnnotationMutationBehavior
{
    Append = 0,
    Replace = 1,
}

/// <summary>The annotations of one resource, in the order they were added.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

/// <inheritdoc cref="IResource"/>
public abstract class Resource : IResource
{
    protected Resource(string name)
    {
        ResourceName.Validate(name);
        Name = name;
    }

    public virtual string Name { get; }

    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}

public interface IResourceCollection : IList<IResource>;

/// <summary>The whole application, as handed to the handlers of events.</summary>
public class DistributedApplicationModel
{
    public DistributedApplicationModel(IResourceCollection resources) => Resources = resources;

    public DistributedApplicationModel(IEnumerable<IResource> resources) => Resources = new ResourceCollection(resources);

    public IResourceCollection Resources { get; }
}

internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection
{
    public ResourceCollection()
    {
    }

    public ResourceCollection(IEnumerable<IResource> resources) : base([.. resources])
    {
    }
}

internal static class ResourceName
{
    public static void Validate(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > 64)
        {
            throw new ArgumentException($"Resource name '{name}' is invalid. It must be 1 to 64 characters long.", nameof(name));
        }

        if (!char.IsAsciiLetter(name[0]) || name[^1] == '-' || name.Contains("--", StringComparison.Ordinal)
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            throw new ArgumentException(
                $"Resource name '{name}' is invalid. It must start with a letter, hold only ASCII letters, digits and hyphens, "
                + "not end with a hyphen and not hold two hyphens in a row.",
                nameof(name));
        }
    }
}
