using System.Reflection;
using System.Runtime.CompilerServices;

namespace Platform.ArchitectureTests;

/// <summary>What the services' assemblies show to each other, and how their methods are made.</summary>
public sealed class TypeRulesTests
{
    public static TheoryData<string> Services => ["Gateway", "Identity", "Tenancy", "ThreatIntel", "KnowledgeGraph", "Agent"];

    private static Assembly Load(string service) => Assembly.Load("Platform." + service);

    private static IEnumerable<Type> OwnTypes(string service) => Load(service).GetTypes()
        .Where(t => !t.IsDefined(typeof(CompilerGeneratedAttribute)) && t.Namespace?.StartsWith("Platform.", StringComparison.Ordinal) == true
            && !t.Namespace.Contains("Migrations", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Services))]
    public void Services_have_types_to_check(string service) => Assert.True(OwnTypes(service).Count() > 5);

    /// <summary>A service's own views of messages: the message library takes what is not visible for temporary, and the broker refuses that.</summary>
    private static readonly string[] MessageViews =
    [
        "Platform.Gateway.Streaming.ChangedObjects", "Platform.Gateway.Streaming.ChangedObject",
        "Platform.Gateway.Streaming.IndicatorProperties", "Platform.Gateway.Streaming.ChangedRelationships",
    ];

    [Theory]
    [MemberData(nameof(Services))]
    public void Everything_of_a_service_is_internal_but_its_views_of_messages(string service) =>
        Assert.Empty(OwnTypes(service).Where(t => t.IsPublic).Select(t => t.FullName).Except(MessageViews));

    [Theory]
    [MemberData(nameof(Services))]
    public void Classes_are_sealed_or_static_or_made_to_be_inherited(string service)
    {
        var types = OwnTypes(service).ToList();
        var bases = types.Select(t => t.BaseType).OfType<Type>().Select(t => t.IsGenericType ? t.GetGenericTypeDefinition() : t).ToHashSet();
        Assert.Empty(types.Where(t => t is { IsClass: true, IsSealed: false, IsAbstract: false } && !bases.Contains(t)).Select(t => t.FullName));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void An_interface_has_two_implementations_or_a_second_store_to_come(string service)
    {
        var types = OwnTypes(service).ToList();
        var single = types.Where(t => t.IsInterface && t.Name != "IGraphStore" && types.Count(c => c.IsClass && c.IsAssignableTo(t)) < 2);
        Assert.Empty(single.Select(t => t.FullName));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Async_methods_take_a_cancellation_token(string service)
    {
        var lacking = OwnTypes(service).Where(t => t.IsClass).SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => m.Name.EndsWith("Async", StringComparison.Ordinal) && typeof(Task).IsAssignableFrom(m.ReturnType) && m.GetBaseDefinition() == m && !IsInterfaceMethod(m)
                && !m.GetParameters().Any(p => p.ParameterType == typeof(CancellationToken) || p.ParameterType.Name.Contains("Context", StringComparison.Ordinal)))
            .Select(m => $"{m.DeclaringType!.Name}.{m.Name}");
        Assert.Empty(lacking);
    }

    private static bool IsInterfaceMethod(MethodInfo method) => method.DeclaringType!.GetInterfaces()
        .Any(i => method.DeclaringType.GetInterfaceMap(i).TargetMethods.Contains(method));
}
