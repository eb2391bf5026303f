using Xunit.Sdk;
using Xunit.v3;

namespace Platform.IntegrationTests;

/// <summary>Collections of many classes first, since the classes in one run one after the other: a run would end with waiting for them.</summary>
public sealed class SharedFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionClassName is null)];
}
