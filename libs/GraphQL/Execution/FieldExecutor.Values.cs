using System.Collections;
using System.Text.Json;

namespace Platform.GraphQL;

/// <summary>6.4.3 Value completion. A place in the answer is its parent's path and a name or an index; it becomes an object only where it is needed.</summary>
internal sealed partial class FieldExecutor
{
    private ValueTask<object?> CompleteAsync(GraphType type, Selection selection, ObjectType parentType, object? value, ResponsePath? parentPath, string? name, int index)
    {
        var isNullable = type is not NonNullType;
        var inner = type.Nullable;
        if (value is JsonElement json)
        {
            value = Members.Plain(json);
        }

        if (value is null)
        {
            if (isNullable)
            {
                return new((object?)null);
            }

            run.Errors.Add(run.ErrorAt(selection, PathTo(parentPath, name, index), $"Cannot return null for non-nullable field {parentType}.{selection.Field}."));
            return new(Bubble);
        }

        if (inner is ScalarType or EnumType)
        {
            return new(Leaf(inner, selection, value, parentPath, name, index) is var leaf && leaf == Bubble && isNullable ? null : leaf);
        }

        var path = PathTo(parentPath, name, index);
        var completed = inner is ListType list ? ListAsync(list, selection, parentType, value, path) : ObjectAsync((CompositeType)inner, selection, value, path);
        if (!isNullable)
        {
            return completed;
        }

        return completed.IsCompletedSuccessfully ? new(completed.Result is var done && done == Bubble ? null : done) : NullableAsync(completed);
    }

    private static async ValueTask<object?> NullableAsync(ValueTask<object?> completed) => await completed is var value && value == Bubble ? null : value;

    private static ResponsePath PathTo(ResponsePath? parent, string? name, int index) => name is null ? new(parent, index) : new(parent, name);

    private object? Leaf(GraphType type, Selection selection, object value, ResponsePath? parentPath, string? name, int index)
    {
        try
        {
            if (type is EnumType symbols)
            {
                var symbol = value is JsonElement { ValueKind: JsonValueKind.String } json ? json.GetString()! : value;
                return symbols.NameOf(symbol) ?? throw new CoercionException($"Enum \"{type}\" cannot represent value: {symbol}");
            }

            return ((ScalarType)type).Serialize(value) ?? throw new CoercionException($"\"{type}\" cannot represent the value of \"{selection.Field}\".");
        }
        catch (Exception thrown)
        {
            AddError(selection, PathTo(parentPath, name, index), thrown, context: null);
            return Bubble;
        }
    }

    private ValueTask<object?> ListAsync(ListType type, Selection selection, ObjectType parentType, object value, ResponsePath path)
    {
        switch (value)
        {
            case JsonElement { ValueKind: JsonValueKind.Array } json:
                return ItemsAsync(json.EnumerateArray().Select(i => (object?)i), json.GetArrayLength(), type, selection, parentType, path);
            case IEnumerable items when value is not string:
                return ItemsAsync(items, (items as ICollection)?.Count ?? 0, type, selection, parentType, path);
            case IAsyncEnumerable<object?> items:
                return GatherAsync(items, type, selection, parentType, path);
            default:
                run.Errors.Add(run.ErrorAt(selection, path, $"Expected a list for field \"{parentType}.{selection.Field}\"."));
                return new(Bubble);
        }
    }

    private async ValueTask<object?> GatherAsync(IAsyncEnumerable<object?> items, ListType type, Selection selection, ObjectType parentType, ResponsePath path)
    {
        var gathered = new List<object?>();
        try
        {
            await foreach (var item in items.WithCancellation(run.CancellationToken))
            {
                gathered.Add(item);
            }
        }
        catch (Exception thrown) when (!IsCancelled(thrown))
        {
            AddError(selection, path, thrown, context: null);
            return Bubble;
        }

        return await ItemsAsync(gathered, gathered.Count, type, selection, parentType, path);
    }

    private ValueTask<object?> ItemsAsync(IEnumerable items, int count, ListType type, Selection selection, ObjectType parentType, ResponsePath path)
    {
        var values = new List<object?>(count);
        List<(int Index, Task<object?> Task)>? waiting = null;
        try
        {
            foreach (var item in items)
            {
                var completed = CompleteAsync(type.Inner, selection, parentType, item, path, null, values.Count);
                if (completed.IsCompletedSuccessfully)
                {
                    var done = completed.Result;
                    values.Add(done);
                    if (done == Bubble)
                    {
                        break;
                    }
                }
                else
                {
                    (waiting ??= []).Add((values.Count, completed.AsTask()));
                    values.Add(null);
                }
            }
        }
        catch (Exception thrown) when (!IsCancelled(thrown))
        {
            // A lazy sequence of a resolver can fail at any item.
            AddError(selection, path, thrown, context: null);
            values.Add(Bubble);
        }

        var failed = values.Count > 0 && values[^1] == Bubble;
        return waiting is null ? new(failed ? Bubble : values) : Rest(values, values, waiting, failed);
    }

    private ValueTask<object?> ObjectAsync(CompositeType type, Selection selection, object value, ResponsePath path)
    {
        if (type is not ObjectType known)
        {
            try
            {
                known = ResolveType(type, value);
            }
            catch (Exception thrown)
            {
                AddError(selection, path, thrown, context: null);
                return new(Bubble);
            }
        }

        return TogetherAsync(selection.Below(known, run.Collector), known, value, path);
    }

    /// <summary>6.4.3, ResolveAbstractType: what the type says, then a member <c>__typename</c>, then the object types themselves.</summary>
    private ObjectType ResolveType(CompositeType type, object value)
    {
        var name = type is InterfaceType { TypeOf: { } ofInterface } ? ofInterface(value) : type is UnionType { TypeOf: { } ofUnion } ? ofUnion(value) : null;
        name ??= value is JsonElement or IDictionary or IReadOnlyDictionary<string, object?> ? Members.Read(value, "__typename")?.ToString() : null;
        var found = name is not null ? run.Schema.Find(name) as ObjectType : Array.Find(type.Possible, t => t.IsTypeOf?.Invoke(value) == true);
        return found is not null && type.Possible.Contains(found)
            ? found
            : throw new CoercionException($"Abstract type \"{type}\" must resolve to an Object type at runtime{(name is null ? "" : $", and \"{name}\" is none of its own")}.");
    }
}
