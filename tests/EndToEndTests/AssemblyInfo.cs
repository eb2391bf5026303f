using Platform.EndToEndTests;

[assembly: AssemblyFixture(typeof(PlatformFixture))]
// One platform serves every test; two cores serve the platform.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
