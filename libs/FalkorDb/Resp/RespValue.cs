namespace FalkorDb.Resp;

/// <summary>What a RESP2 reply can be.</summary>
public enum RespKind : byte
{
    Null,
    Text,
    Integer,
    Array,
    Error,
}

/// <summary>One RESP2 value. Simple and bulk strings are both <see cref="RespKind.Text"/>.</summary>
public readonly struct RespValue
{
    private readonly object? _reference;
    private readonly long _integer;

    private RespValue(RespKind kind, object? reference, long integer = 0)
    {
        Kind = kind;
        _reference = reference;
        _integer = integer;
    }

    public RespKind Kind { get; }

    public static RespValue Null => default;

    public string Text => Kind is RespKind.Text or RespKind.Error ? (string)_reference! : throw Unexpected("a string");

    public long Integer => Kind == RespKind.Integer ? _integer : throw Unexpected("an integer");

    public RespValue[] Items => Kind == RespKind.Array ? (RespValue[])_reference! : throw Unexpected("an array");

    public static RespValue OfText(string text) => new(RespKind.Text, text);

    public static RespValue OfError(string text) => new(RespKind.Error, text);

    public static RespValue OfInteger(long value) => new(RespKind.Integer, null, value);

    public static RespValue OfArray(RespValue[] items) => new(RespKind.Array, items);

    /// <summary>Throws when the value is an error.</summary>
    public RespValue OrThrow() => Kind == RespKind.Error ? throw FalkorDbException.FromServer(Text) : this;

    private FalkorDbException Unexpected(string wanted) => new(FalkorDbError.Protocol, $"The reply holds {Kind} where {wanted} was expected.");
}
