using System.Buffers;
using System.Linq.Expressions;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Platform.ServiceDefaults;

/// <summary>Reads one window of a query: by offset in v1, by keyset in v2.</summary>
public static class QueryablePaging
{
    public static async Task<Page<T>> ToPageAsync<T>(this IQueryable<T> query, PageRequest request, Sorts<T> sorts, CancellationToken ct)
    {
        var order = Order(request, sorts);
        long? total = request.WithTotal ? await query.LongCountAsync(ct) : null;
        if (request.Cursor is { } cursor)
        {
            query = query.Where(After<T>(order, ReadCursor(cursor, order)));
        }

        query = Sort(query, order);
        if (request.Skip > 0)
        {
            query = query.Skip(request.Skip);
        }

        var rows = await query.Take(request.Limit + 1).ToListAsync(ct);
        if (rows.Count <= request.Limit)
        {
            return new Page<T>(request, rows, total, null);
        }

        rows.RemoveAt(request.Limit);
        var next = request.Version == ApiVersion.V2 ? WriteCursor(rows[^1], order) : null;
        return new Page<T>(request, rows, total, next);
    }

    private static List<(SortKey<T> Key, bool Descending)> Order<T>(PageRequest request, Sorts<T> sorts)
    {
        var parameter = request.Version == ApiVersion.V2 ? "sort" : "sort_by";
        var fields = (request.Sort.Count > 0 ? request.Sort : sorts.DefaultOrder)
            .Select(s => (sorts.Field(s.Name, parameter), s.Descending)).ToList();
        fields.Add((sorts.Key, fields.Count > 0 && fields[^1].Descending));
        return fields;
    }

    private static IQueryable<T> Sort<T>(IQueryable<T> query, List<(SortKey<T> Key, bool Descending)> order)
    {
        for (var i = 0; i < order.Count; i++)
        {
            query = order[i].Key.Sort(query, i == 0, order[i].Descending);
        }

        return query;
    }

    /// <summary>
    /// Row comparison: a &gt; x, or a = x and b &gt; y, and so on along the order. That a &gt;= x is said once more, alone:
    /// out of alternatives a database makes no range of its index, and would walk to a deep page from the beginning.
    /// </summary>
    private static Expression<Func<T, bool>> After<T>(List<(SortKey<T> Key, bool Descending)> order, object[] values)
    {
        var row = Expression.Parameter(typeof(T), "row");
        Expression? any = null;
        Expression? from = null;
        Expression? equalSoFar = null;
        for (var i = 0; i < order.Count; i++)
        {
            var (key, descending) = order[i];
            var field = key.Field;
            var left = new Replace(field.Parameters[0], row).Visit(field.Body);
            var right = Value(values[i], field.ReturnType);
            var further = Beyond(left, right, descending, orEqual: false);
            from ??= Beyond(left, right, descending, orEqual: true);
            var step = equalSoFar is null ? further : Expression.AndAlso(equalSoFar, further);
            any = any is null ? step : Expression.OrElse(any, step);
            var equal = Expression.Equal(left, right);
            equalSoFar = equalSoFar is null ? equal : Expression.AndAlso(equalSoFar, equal);
        }

        return Expression.Lambda<Func<T, bool>>(Expression.AndAlso(from!, any!), row);
    }

    private static BinaryExpression Beyond(Expression left, Expression right, bool descending, bool orEqual)
    {
        if (left.Type == typeof(string))
        {
            left = Expression.Call(typeof(string), nameof(string.Compare), null, left, right);
            right = Expression.Constant(0);
        }

        return orEqual
            ? descending ? Expression.LessThanOrEqual(left, right) : Expression.GreaterThanOrEqual(left, right)
            : descending ? Expression.LessThan(left, right) : Expression.GreaterThan(left, right);
    }

    /// <summary>Through a closure, so that the value becomes a parameter of the statement and not part of its text.</summary>
    private static UnaryExpression Value(object value, Type type) =>
        Expression.Convert(Expression.Property(Expression.Constant(new Holder(value)), nameof(Holder.Content)), type);

    private static string WriteCursor<T>(T last, List<(SortKey<T> Key, bool Descending)> order)
    {
        var values = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(values))
        {
            json.WriteStartArray();
            foreach (var (key, _) in order)
            {
                key.Write(json, last);
            }

            json.WriteEndArray();
        }

        return WebEncoders.Base64UrlEncode(values.WrittenSpan);
    }

    private static object[] ReadCursor<T>(string cursor, List<(SortKey<T> Key, bool Descending)> order)
    {
        try
        {
            var values = JsonSerializer.Deserialize<JsonElement[]>(Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(cursor)))!;
            if (values.Length == order.Count)
            {
                return order.Select((o, i) => values[i].Deserialize(o.Key.Field.ReturnType)!).ToArray();
            }
        }
        catch (Exception exception) when (exception is FormatException or JsonException or ArgumentException)
        {
            // Falls through: whatever is wrong with it, the cursor is not one of ours.
        }

        throw new FaultException(Faults.ValidationFault("cursor", "is not a cursor of this list and order"));
    }

    private sealed record Holder(object Content);

    private sealed class Replace(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
    }
}
