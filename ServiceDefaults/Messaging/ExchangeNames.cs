using System.Reflection;
using MassTransit;

namespace Platform.ServiceDefaults;

/// <summary>
/// The exchange of a message: its type's name behind the prefix of the platform. A type that carries <see cref="MessageUrnAttribute"/>
/// is a narrower view of the message it names there, and so comes from that one's exchange.
/// </summary>
internal sealed class ExchangeNames(IEntityNameFormatter names, string prefix) : IEntityNameFormatter
{
    public string FormatEntityName<T>() =>
        prefix + (typeof(T).GetCustomAttribute<MessageUrnAttribute>() is { } view ? view.Urn.AbsolutePath["message:".Length..] : names.FormatEntityName<T>());
}
