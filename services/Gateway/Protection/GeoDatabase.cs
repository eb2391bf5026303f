using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Platform.Gateway.Protection;

/// <summary>
/// Countries of addresses from a file in the MaxMind DB format (version 2.0 of its specification): a binary tree of address
/// bits whose leaves point at data. The file is in memory, and a look-up reads it where it lies.
/// </summary>
internal sealed class GeoDatabase
{
    private const int Separator = 16;
    private const int DeepestValue = 32;
    private static readonly byte[] Marker = [0xab, 0xcd, 0xef, .. "MaxMind.com"u8];

    private readonly byte[] _file;
    private readonly int _nodes;
    private readonly int _recordBits;
    private readonly int _addressBits;
    private readonly int _data;

    private GeoDatabase(byte[] file, int nodes, int recordBits, int version)
    {
        (_file, _nodes, _recordBits, _addressBits) = (file, nodes, recordBits, version == 6 ? 128 : 32);
        _data = (int)((long)nodes * recordBits / 4) + Separator;
    }

    /// <summary>Opens a file; a <see cref="InvalidDataException"/> for one that is not such a database.</summary>
    public static GeoDatabase Open(string path)
    {
        var file = File.ReadAllBytes(path);
        var at = file.AsSpan().LastIndexOf(Marker);
        if (at < 0)
        {
            throw new InvalidDataException("It is not a MaxMind database.");
        }

        var start = at + Marker.Length;
        var reader = new Reader(file, start);
        var (nodes, bits, version, major) = (reader.Number(start, "node_count"), reader.Number(start, "record_size"), reader.Number(start, "ip_version"), reader.Number(start, "binary_format_major_version"));
        return major == 2 && bits is 24 or 28 or 32 && version is 4 or 6 && nodes is > 0 and < int.MaxValue && (nodes * bits / 4) + Separator <= at
            ? new GeoDatabase(file, (int)nodes, (int)bits, (int)version)
            : throw new InvalidDataException("It is a MaxMind database of a kind that is not known here.");
    }

    /// <summary>The ISO 3166-1 code of an address' country, else of the one it is registered in; null where it is not known.</summary>
    public string? CountryOf(IPAddress address)
    {
        if (Find(address) is not { } at)
        {
            return null;
        }

        var reader = new Reader(_file, _data);
        return reader.Text(at, "country", "iso_code") ?? reader.Text(at, "registered_country", "iso_code");
    }

    private int? Find(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var isV4 = plain.AddressFamily == AddressFamily.InterNetwork;
        if (!isV4 && _addressBits == 32)
        {
            return null;
        }

        // In a database of both, IPv4 lies in ::/96.
        plain.TryWriteBytes(isV4 && _addressBits == 128 ? bytes[12..] : bytes, out _);
        var node = 0;
        for (var bit = 0; bit < _addressBits; bit++)
        {
            var record = Record(node, (bytes[bit >> 3] >> (7 - (bit & 7))) & 1);
            if (record == _nodes)
            {
                return null;
            }

            if (record > _nodes)
            {
                var at = record - _nodes - Separator + _data;
                return at >= _data && at < _file.Length ? (int)at : null;
            }

            node = (int)record;
        }

        return null;
    }

    private long Record(int node, int side)
    {
        var at = (int)((long)node * _recordBits / 4);
        var span = _file.AsSpan(at, _recordBits / 4);
        return _recordBits switch
        {
            24 => (span[side * 3] << 16) | (span[(side * 3) + 1] << 8) | span[(side * 3) + 2],
            28 when side == 0 => ((span[3] & 0xf0) << 20) | (span[0] << 16) | (span[1] << 8) | span[2],
            28 => ((span[3] & 0x0f) << 24) | (span[4] << 16) | (span[5] << 8) | span[6],
            _ => BinaryPrimitives.ReadUInt32BigEndian(span[(side * 4)..]),
        };
    }

    /// <summary>Reads values of the data section; offsets of pointers count from its begin.</summary>
    private readonly struct Reader(byte[] file, int section)
    {
        private const int Pointer = 1;
        private const int String = 2;
        private const int Map = 7;
        private const int Array = 11;
        private const int Boolean = 14;

        public long Number(int map, string name)
        {
            var at = Member(map, name);
            if (at < 0)
            {
                return -1;
            }

            var (_, size, start) = Head(at);
            long value = 0;
            for (var i = 0; i < Math.Min(size, 8); i++)
            {
                value = (value << 8) | file[start + i];
            }

            return value;
        }

        public string? Text(int map, string name, string inner)
        {
            var at = Member(map, name);
            at = at < 0 ? at : Member(at, inner);
            if (at < 0)
            {
                return null;
            }

            var (type, size, start) = Head(at);
            return type == String ? Encoding.UTF8.GetString(file, start, size) : null;
        }

        /// <summary>Where the value of a map's member is; -1 without one.</summary>
        private int Member(int map, string name)
        {
            var (type, size, at) = Head(map);
            if (type != Map)
            {
                return -1;
            }

            Span<byte> wanted = stackalloc byte[32];
            var length = Encoding.UTF8.GetBytes(name, wanted);
            for (var i = 0; i < size; i++)
            {
                var (_, keySize, keyStart) = Head(at);
                at = After(at, 0);
                if (file.AsSpan(keyStart, keySize).SequenceEqual(wanted[..length]))
                {
                    return at;
                }

                at = After(at, 0);
            }

            return -1;
        }

        /// <summary>Type, size and begin of the value at an offset, behind a pointer too.</summary>
        private (int Type, int Size, int Start) Head(int at)
        {
            var (type, size, start) = Control(at);
            return type == Pointer ? Control(section + size) : (type, size, start);
        }

        /// <summary>For a pointer, its size is where it points.</summary>
        private (int Type, int Size, int Start) Control(int at)
        {
            var first = file[at++];
            var type = first >> 5;
            if (type == Pointer)
            {
                var bytes = ((first >> 3) & 3) + 1;
                var value = bytes == 4 ? 0 : first & 7;
                for (var i = 0; i < bytes; i++)
                {
                    value = (value << 8) | file[at + i];
                }

                value += bytes switch { 2 => 2048, 3 => 526_336, _ => 0 };
                return (Pointer, value, at + bytes);
            }

            if (type == 0)
            {
                type = file[at++] + 7;
            }

            var size = first & 0x1f;
            switch (size)
            {
                case 29:
                    size = 29 + file[at++];
                    break;
                case 30:
                    size = 285 + ((file[at] << 8) | file[at + 1]);
                    at += 2;
                    break;
                case 31:
                    size = 65_821 + ((file[at] << 16) | (file[at + 1] << 8) | file[at + 2]);
                    at += 3;
                    break;
            }

            return (type, size, at);
        }

        private int After(int at, int depth)
        {
            if (depth > DeepestValue)
            {
                throw new InvalidDataException("The database is nested too deeply.");
            }

            var (type, size, start) = Control(at);
            switch (type)
            {
                case Pointer or Boolean:
                    return start;
                case Map or Array:
                    at = start;
                    for (var i = 0; i < (type == Map ? 2 * size : size); i++)
                    {
                        at = After(at, depth + 1);
                    }

                    return at;
                default:
                    return start + size;
            }
        }
    }
}
