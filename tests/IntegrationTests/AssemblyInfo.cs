using Platform.TestSupport;

[assembly: AssemblyFixture(typeof(Stack))]
