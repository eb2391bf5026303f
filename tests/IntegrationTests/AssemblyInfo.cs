using Platform.IntegrationTests;
using Platform.TestSupport;

[assembly: AssemblyFixture(typeof(Stack))]
[assembly: TestCollectionOrderer(typeof(SharedFirst))]

// Most of a test's time is waiting for stores and messages: as many tests as cores would leave the cores idle.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
