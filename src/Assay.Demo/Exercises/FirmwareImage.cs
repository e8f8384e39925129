using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Evidence.Compression;

namespace Assay.Demo.Exercises;

/// <summary>A small image: a kernel's banner and a root file system (cpio, newc) in two U-Boot images one behind the other. It starts nowhere; it is there to be read.</summary>
internal sealed class FirmwareImage(string name, uint seconds)
{
    private readonly MemoryStream archive = new();
    private readonly Dictionary<string, (int Start, int Length)> contents = new(StringComparer.Ordinal);
    private int inode;

    public void Folder(string path) => Member(path, 0x41ed, []);
    public void Link(string path, string target) => Member(path, 0xa1ff, Encoding.ASCII.GetBytes(target));
    public void Text(string path, string text, bool isProgram = false) => File(path, Encoding.UTF8.GetBytes(text), isProgram);
    public void File(string path, byte[] bytes, bool isProgram = false) => Member(path, isProgram ? 0x81edu : 0x81a4u, bytes);

    /// <summary>The image, and where in it each file's bytes begin.</summary>
    public (byte[] Bytes, IReadOnlyDictionary<string, (int Start, int Length)> Files) Finish()
    {
        Member("TRAILER!!!", 0, []);
        using var image = new MemoryStream();
        image.Write(UImage(Encoding.ASCII.GetBytes($"Linux version 5.10.245 (builder@doorbell.example) {name}\n".PadRight(512, '\0')), type: 2));
        while (image.Length % 1024 != 0) image.WriteByte(0xff);
        var start = (int)image.Length + 64;
        image.Write(UImage(archive.ToArray(), type: 3));
        return (image.ToArray(), contents.ToDictionary(c => "/" + c.Key, c => (c.Value.Start + start, c.Value.Length)));
    }

    // cpio(5), "New ASCII format": 13 fields of eight hexadecimal digits after the magic.
    private void Member(string path, uint mode, byte[] bytes)
    {
        var number = mode == 0 ? 0 : ++inode;
        var head = new StringBuilder("070701");
        foreach (var field in new uint[] { (uint)number, mode, 0, 0, 1, mode == 0 ? 0 : seconds, (uint)bytes.Length, 0, 0, 0, 0, (uint)path.Length + 1, 0 })
        {
            head.Append(field.ToString("X8", CultureInfo.InvariantCulture));
        }
        archive.Write(Encoding.ASCII.GetBytes(head + path + "\0"));
        Pad();
        contents[path] = ((int)archive.Length, bytes.Length);
        archive.Write(bytes);
        Pad();
    }

    private void Pad()
    {
        while (archive.Length % 4 != 0) archive.WriteByte(0);
    }

    // u-boot/include/image.h: the header's own sum is taken with its field at zero.
    private byte[] UImage(byte[] data, byte type)
    {
        var image = new byte[64 + data.Length];
        var head = image.AsSpan(0, 64);
        BinaryPrimitives.WriteUInt32BigEndian(head, 0x27051956);
        BinaryPrimitives.WriteUInt32BigEndian(head[8..], seconds);
        BinaryPrimitives.WriteUInt32BigEndian(head[12..], (uint)data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(head[24..], Crc32.Of(data));
        head[28] = 5;
        head[29] = 2;
        head[30] = type;
        Encoding.ASCII.GetBytes(name.Length > 31 ? name[..31] : name, head[32..]);
        BinaryPrimitives.WriteUInt32BigEndian(head[4..], Crc32.Of(head));
        data.CopyTo(image, 64);
        return image;
    }
}
