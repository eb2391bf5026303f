using System.Security.Cryptography;
using Platform.ServiceDefaults.Backups;

namespace Platform.ServiceDefaults.Tests.Backups;

public sealed class SealedFramesTests
{
    private const int FrameOnDisk = 4 + SealedFrames.FrameSize + 16;
    private const int Head = 8 + SealedFrames.SaltSize;
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private static async Task<byte[]> SealAsync(byte[] text, bool isWhole = true)
    {
        using var file = new MemoryStream();
        await using var writer = await SealedWriter.CreateAsync(file, Key, "identity/1", Ct);
        foreach (var piece in text.Chunk(10_007))
        {
            await writer.WriteAsync(piece, Ct);
        }

        if (isWhole)
        {
            await writer.CompleteAsync(Ct);
        }

        return file.ToArray();
    }

    private static async Task<byte[]> OpenAsync(byte[] file, byte[]? key = null, string part = "identity/1")
    {
        using var stream = new MemoryStream(file);
        await using var reader = await SealedReader.OpenAsync(stream, key ?? Key, part, Ct);
        using var text = new MemoryStream();
        await reader.CopyToAsync(text, Ct);
        return text.ToArray();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SealedFrames.FrameSize - 1)]
    [InlineData(SealedFrames.FrameSize)]
    [InlineData((SealedFrames.FrameSize * 3) + 17)]
    public async Task What_is_opened_is_what_was_sealed(int length)
    {
        var text = RandomNumberGenerator.GetBytes(length);
        Assert.Equal(text, await OpenAsync(await SealAsync(text)));
    }

    [Fact]
    public async Task Any_flipped_bit_is_noticed()
    {
        var whole = await SealAsync(RandomNumberGenerator.GetBytes(300));
        for (var i = 0; i < whole.Length; i++)
        {
            var changed = whole.ToArray();
            changed[i] ^= 0x40;
            await Assert.ThrowsAsync<BackupException>(() => OpenAsync(changed));
        }
    }

    [Fact]
    public async Task What_is_cut_off_moved_repeated_or_goes_on_is_noticed()
    {
        var file = await SealAsync(RandomNumberGenerator.GetBytes((SealedFrames.FrameSize * 2) + 5));
        var (first, second, last) = (file[Head..(Head + FrameOnDisk)], file[(Head + FrameOnDisk)..(Head + (2 * FrameOnDisk))], file[(Head + (2 * FrameOnDisk))..]);
        foreach (var changed in new byte[][]
        {
            file[..^1], file[..(Head + FrameOnDisk)], file[..(Head + 2)], file[..20], [.. file, 0],
            [.. file[..Head], .. second, .. first, .. last], [.. file[..Head], .. first, .. last], [.. file[..Head], .. first, .. first, .. second, .. last],
            await SealAsync(RandomNumberGenerator.GetBytes(SealedFrames.FrameSize * 2), isWhole: false),
        })
        {
            await Assert.ThrowsAsync<BackupException>(() => OpenAsync(changed));
        }
    }

    [Fact]
    public async Task Another_key_opens_nothing_and_no_part_stands_for_another()
    {
        var file = await SealAsync([1, 2, 3]);
        await Assert.ThrowsAsync<BackupException>(() => OpenAsync(file, RandomNumberGenerator.GetBytes(32)));
        await Assert.ThrowsAsync<BackupException>(() => OpenAsync(file, part: "tenancy/1"));
        await Assert.ThrowsAsync<BackupException>(() => OpenAsync([]));
    }
}
