using System.Reflection;
using System.Runtime.CompilerServices;

namespace Platform.Aspire.Hosting.Local.Tests;

/// <summary>
/// What an AppHost can call here is what it can call in Aspire 13: <c>expected-api.txt</c> lists it, one member a line, as
/// <c>Type.Member&lt;T&gt;(parameter types and names, defaults) -> result</c> without marks of nullability. The real packages cannot
/// be had, so the list was checked against their published signatures by hand; a change here needs the same check.
/// </summary>
public sealed class ApiSignatureTests
{
    private static readonly Type[] Doors =
    [
        typeof(IDistributedApplicationBuilder), typeof(IResourceBuilder<>), typeof(DistributedApplication), typeof(ResourceNotificationService),
        typeof(global::Aspire.Hosting.Eventing.IDistributedApplicationEventing), typeof(EndpointReference), typeof(ReferenceExpression),
    ];

    [Fact]
    public void The_library_has_the_members_of_the_list_and_no_other()
    {
        var actual = typeof(DistributedApplication).Assembly.GetExportedTypes()
            .Where(t => t is { IsAbstract: true, IsSealed: true } || Doors.Contains(t))
            .SelectMany(Members)
            .Order(StringComparer.Ordinal)
            .Distinct()
            .ToArray();
        var expected = Expected().ToArray();

        var wrong = actual.Except(expected).Select(m => $"not Aspire's: {m}").Concat(expected.Except(actual).Select(m => $"missing: {m}")).ToArray();

        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_state_names_are_Aspires()
    {
        Assert.Equal(
            ["Active", "Exited", "FailedToStart", "Finished", "NotStarted", "Running", "RuntimeUnhealthy", "Starting", "Stopping", "Waiting"],
            typeof(KnownResourceStates).GetFields().Select(f => f.GetValue(null)).OfType<string>().Order(StringComparer.Ordinal));
        Assert.Equal(["start", "stop", "restart"], [KnownResourceCommands.StartCommand, KnownResourceCommands.StopCommand, KnownResourceCommands.RestartCommand]);
    }

    private static IEnumerable<string> Expected()
    {
        using var reader = new StreamReader(typeof(ApiSignatureTests).Assembly.GetManifestResourceStream("expected-api.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<string> Members(Type type)
        => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(m => !m.IsSpecialName && m.GetCustomAttribute<CompilerGeneratedAttribute>() is null && m.Name is not ("Dispose" or "DisposeAsync"))
            .Select(m => $"{Name(type)}.{m.Name}{Generic(m)}({string.Join(", ", m.GetParameters().Select(Parameter))}) -> {Name(m.ReturnType)}")
            .Concat(type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Select(p => $"{Name(type)}.{p.Name} -> {Name(p.PropertyType)}"));

    private static string Generic(MethodInfo method)
        => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "";
        var value = !parameter.HasDefaultValue ? ""
            : parameter.DefaultValue is null ? parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? " = default" : " = null"
            : parameter.ParameterType.IsEnum ? $" = {parameter.ParameterType.Name}.{Enum.ToObject(parameter.ParameterType, parameter.DefaultValue)}"
            : parameter.DefaultValue is bool flag ? flag ? " = true" : " = false"
            : $" = {Convert.ToString(parameter.DefaultValue, System.Globalization.CultureInfo.InvariantCulture)}";
        return $"{prefix}{Name(parameter.ParameterType)} {parameter.Name}{value}";
    }

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner);
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        var name = type == typeof(string) ? "string" : type == typeof(int) ? "int" : type == typeof(long) ? "long" : type == typeof(bool) ? "bool"
            : type == typeof(void) ? "void" : type == typeof(object) ? "object" : type.Name.Split('`')[0];
        if (type.DeclaringType is { } outer && !type.IsGenericParameter)
        {
            name = $"{outer.Name}.{name}";
        }

        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
