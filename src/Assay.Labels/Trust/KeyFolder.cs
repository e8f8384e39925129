using Assay.Evidence.Reading;
using Assay.Labels.Token;

namespace Assay.Labels.Trust;

/// <summary>The user's configuration folder: <c>keys/</c> with development keys that nobody vouches for, <c>trust/</c> with trust lists that somebody does.</summary>
public sealed class KeyFolder(string folder)
{
    public string Folder { get; } = folder;
    public string TrustFolder => Path.Combine(Folder, "trust");

    /// <summary><c>$ASSAY_CONFIG</c>, else <c>$XDG_CONFIG_HOME/assay</c>, else <c>~/.config/assay</c>.</summary>
    public static KeyFolder OfUser(Func<string, string?> environment)
    {
        if (environment("ASSAY_CONFIG") is { Length: > 0 } named) return new(Path.GetFullPath(named));
        if (environment("XDG_CONFIG_HOME") is { Length: > 0 } xdg) return new(Path.GetFullPath(Path.Combine(xdg, "assay")));
        return new(Path.Combine(environment("HOME") is { Length: > 0 } home ? home : "/", ".config", "assay"));
    }

    public string KeyFile(KeyRoles role) => Path.Combine(Folder, "keys", $"{FileName(role)}.pem");

    /// <summary>The development key of a role; made on first use, readable by its owner alone, with a warning.</summary>
    /// <exception cref="UnreadableException">The file is no key.</exception>
    /// <exception cref="IOException"/>
    public SigningKey Open(KeyRoles role, Action<string> warn)
    {
        var file = KeyFile(role);
        if (File.Exists(file)) return Open(file, warn);
        var key = SigningKey.Create();
        var keys = Path.GetDirectoryName(file)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(keys);
        else Directory.CreateDirectory(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var draft = $"{file}.{key.Public.Name}";
        using (var writer = new StreamWriter(draft, System.Text.Encoding.ASCII, options)) writer.Write(key.ToPem());
        try
        {
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another run made the key between our look and our move; its key counts.
            File.Delete(draft);
            key.Dispose();
            return Open(file, warn);
        }
        warn($"made a development key for {FileName(role)} (id {key.Public.Name}) in {file}: nobody vouches for it, it stands in no trust list");
        return key;
    }

    /// <summary>A key in a file that the user names.</summary>
    public static SigningKey Open(string file, Action<string> warn)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0) warn($"{file} can be read by others: chmod 600");
        return SigningKey.FromPem(Text(file));
    }

    /// <summary>Public halves of the development keys that exist, to tell a broken signature from an unknown issuer.</summary>
    public IReadOnlyList<(KeyRoles Role, VerifyingKey Key)> Development()
    {
        var keys = new List<(KeyRoles, VerifyingKey)>();
        foreach (var role in new[] { KeyRoles.Assessor, KeyRoles.Decision, KeyRoles.Issuer })
        {
            if (File.Exists(KeyFile(role))) keys.Add((role, VerifyingKey.FromPem(Text(KeyFile(role)))));
        }
        return keys;
    }

    /// <summary>Every list in <c>trust/</c>, in the order of their names.</summary>
    /// <exception cref="UnreadableException">Names the file that is none: a list that is half read would be another list.</exception>
    public TrustList Trust()
    {
        if (!Directory.Exists(TrustFolder)) return TrustList.Empty;
        return Directory.EnumerateFiles(TrustFolder).Where(f => Path.GetExtension(f) is ".json" or ".pem").Order(StringComparer.Ordinal)
            .Aggregate(TrustList.Empty, (all, file) => all.And(ReadTrust(file)));
    }

    /// <exception cref="UnreadableException"/>
    public static TrustList ReadTrust(string file)
    {
        try
        {
            return TrustList.Read(Bytes(file, TrustList.MaxBytes), Path.GetFileNameWithoutExtension(file));
        }
        catch (UnreadableException wrong)
        {
            throw new UnreadableException($"{wrong.Expected} in {file}", wrong.Found, wrong.Offset);
        }
    }

    private static string Text(string file) => System.Text.Encoding.UTF8.GetString(Bytes(file, 64 << 10));

    private static byte[] Bytes(string file, int max)
    {
        using var stream = File.OpenRead(file);
        if (stream.Length > max) throw new UnreadableException($"a file of at most {max} bytes", $"{stream.Length}", 0);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string FileName(KeyRoles role) => role switch
    {
        KeyRoles.Assessor => "assessor",
        KeyRoles.Decision => "decision",
        KeyRoles.Issuer => "issuer",
        KeyRoles.Status => "status",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };
}
