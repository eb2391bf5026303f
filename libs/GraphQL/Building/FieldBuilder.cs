using System.Globalization;

namespace Platform.GraphQL;

/// <summary>Describes a field. What can be said in SDL becomes a directive of the field, so that both ways mean the same.</summary>
public sealed class FieldBuilder
{
    private readonly Field _field;

    internal FieldBuilder(Field field) => _field = field;

    public FieldBuilder Describe(string text)
    {
        _field.Description = text;
        return this;
    }

    /// <summary>An argument by its SDL, such as <c>first: Int = 20 @constraint(min: 1, max: 100)</c>.</summary>
    public FieldBuilder Argument(string sdl, string? description = null)
    {
        var value = SdlReader.InputValueOf(Parser.ParseInputValue(sdl));
        value.Description = description ?? value.Description;
        return _field.Arguments.Add(value) ? this : throw new SchemaException([$"Argument \"{_field.Name}({value.Name}:)\" is defined twice."]);
    }

    /// <summary>The field's value, computed at once.</summary>
    public FieldBuilder Resolve(Func<ResolveContext, object?> resolver) => ResolveAsync(context => new ValueTask<object?>(resolver(context)));

    /// <summary>The field's value, computed by asking.</summary>
    public FieldBuilder ResolveAsync(Resolver resolver)
    {
        _field.Resolver = resolver;
        return this;
    }

    /// <summary>The value of another member of the parent: a property of JSON, a key of a dictionary, or a CLR property.</summary>
    public FieldBuilder From(string member) => Resolve(context => Members.Read(context.Parent, member));

    /// <summary>The events of a subscription field. Without a resolver, an event is the field's value.</summary>
    public FieldBuilder Subscribe(Func<ResolveContext, IAsyncEnumerable<object?>> source) => SubscribeAsync(context => new(source(context)));

    public FieldBuilder SubscribeAsync(Subscriber source)
    {
        _field.Subscriber = source;
        _field.Resolver ??= static context => new(context.Parent);
        return this;
    }

    /// <summary>A permission that the caller needs (<c>@requires</c>). Said more than once, all are needed.</summary>
    public FieldBuilder Requires(string permission) => Directive($"@requires(permission: {SyntaxPrinter.Quote(permission)})");

    /// <summary>What a call costs, its selection apart (<c>@cost</c>).</summary>
    public FieldBuilder Cost(int weight) => Directive(string.Create(CultureInfo.InvariantCulture, $"@cost(weight: {weight})"));

    /// <summary>How many items it may give (<c>@listSize</c>): <paramref name="assumed"/>, or what one of the arguments says; of a connection, in which of its fields.</summary>
    public FieldBuilder ListSize(int assumed, string[]? slicing = null, string[]? sized = null)
    {
        var arguments = string.Create(CultureInfo.InvariantCulture, $"assumedSize: {assumed}");
        arguments += slicing is null ? "" : $", slicingArguments: [{string.Join(", ", slicing.Select(s => SyntaxPrinter.Quote(s)))}]";
        arguments += sized is null ? "" : $", sizedFields: [{string.Join(", ", sized.Select(s => SyntaxPrinter.Quote(s)))}]";
        return Directive($"@listSize({arguments})");
    }

    /// <summary>How long an answer with it may be kept (<c>@cacheControl</c>).</summary>
    public FieldBuilder CacheControl(int maxAge, bool isPrivate = false) =>
        Directive(string.Create(CultureInfo.InvariantCulture, $"@cacheControl(maxAge: {maxAge}{(isPrivate ? ", scope: PRIVATE" : "")})"));

    public FieldBuilder Deprecated(string reason) => Directive($"@deprecated(reason: {SyntaxPrinter.Quote(reason)})");

    /// <summary>Applies directives by their SDL.</summary>
    public FieldBuilder Directive(string sdl)
    {
        _field.Apply(Parser.ParseDirectives(sdl));
        return this;
    }
}
