using Assay.Evidence.Reading;
using Assay.Labels.Log;
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

    /// <summary>The development key of a role; made on first use, readable by its owner alone, with a warning; encrypted where the environment has a pass phrase.</summary>
    /// <exception cref="UnreadableException">The file is no key, or the pass phrase is another.</exception>
    /// <exception cref="IOException"/>
    public SigningKey Open(KeyRoles role, Action<string> warn, Func<string, string?>? environment = null)
    {
        var file = KeyFile(role);
        if (File.Exists(file)) return Open(file, warn, environment);
        var key = SigningKey.Create();
        if (Make(file, key.Public.Name, key.ToPem(environment?.Invoke(PassPhrase.Variable))))
        {
            warn($"made a development key for {FileName(role)} (id {key.Public.Name}) in {file}: nobody vouches for it, it stands in no trust list");
            return key;
        }
        key.Dispose();
        return Open(file, warn, environment);
    }

    /// <summary>The development key for signed notes, of a witness for example; made on first use like the others.</summary>
    /// <param name="name">The file's name without its ending.</param>
    public LogKey NoteKey(string name, Action<string> warn, Func<string, string?> environment)
    {
        var file = Path.Combine(Folder, "keys", $"{name}.pem");
        if (File.Exists(file)) return OpenNote(file, warn, environment);
        var key = LogKey.Create();
        if (!Make(file, Convert.ToHexStringLower(key.Verifier(name).Id.Span), key.ToPem(environment(PassPhrase.Variable)))) return OpenNote(file, warn, environment);
        warn($"made a development key for {name} in {file}: nobody vouches for it");
        return key;
    }

    /// <summary>A key for signed notes in a file that the user names.</summary>
    public static LogKey OpenNote(string file, Action<string> warn, Func<string, string?> environment)
    {
        WarnOfReaders(file, warn);
        return LogKey.FromPem(Text(file), environment(PassPhrase.Variable));
    }

    // A whole file under its name, for its owner alone; false where another run was faster, whose key then counts.
    private static bool Make(string file, string draftName, string pem)
    {
        var keys = Path.GetDirectoryName(file)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(keys);
        else Directory.CreateDirectory(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var draft = $"{file}.{draftName}";
        using (var writer = new StreamWriter(draft, System.Text.Encoding.ASCII, options)) writer.Write(pem);
        try
        {
            File.Move(draft, file, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft);
            return false;
        }
    }

    /// <summary>A key in a file that the user names.</summary>
    /// <param name="environment">Where the pass phrase of an encrypted key is found (<see cref="PassPhrase.Variable"/>).</param>
    public static SigningKey Open(string file, Action<string> warn, Func<string, string?>? environment = null)
    {
        WarnOfReaders(file, warn);
        return SigningKey.FromPem(Text(file), environment?.Invoke(PassPhrase.Variable));
    }

    private static void WarnOfReaders(string file, Action<string> warn)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0) warn($"{file} can be read by others: chmod 600");
    }

    /// <summary>Public halves of the development keys that exist, to tell a broken signature from an unknown issuer.</summary>
    public IReadOnlyList<(KeyRoles Role, VerifyingKey Key)> Development()
    {
        var keys = new List<(KeyRoles, VerifyingKey)>();
        foreach (var role in new[] { KeyRoles.Assessor, KeyRoles.Decision, KeyRoles.Issuer })
        {
            // The public half of an encrypted key is not to be had without its pass phrase; then it tells nothing.
            if (File.Exists(KeyFile(role)) && Text(KeyFile(role)) is var pem && !PassPhrase.Encrypts(pem)) keys.Add((role, VerifyingKey.FromPem(pem)));
        }
        return keys;
    }

    /// <summary>Every list in <c>trust/</c>, in the order of their names; of signed lists those whose signer the others or the lists of their own domain vouch for.</summary>
    /// <exception cref="UnreadableException">Names the file that is none: a list that is half read would be another list.</exception>
    public TrustList Trust()
    {
        if (!Directory.Exists(TrustFolder)) return TrustList.Empty;
        var pinned = Directory.EnumerateFiles(TrustFolder).Where(f => Path.GetExtension(f) is ".json" or ".pem").Order(StringComparer.Ordinal)
            .Aggregate(TrustList.Empty, (all, file) => all.And(ReadTrust(file)));
        return Directory.EnumerateFiles(TrustFolder, "*.cose").Order(StringComparer.Ordinal).Aggregate(pinned, (all, file) => all.And(ReadSigned(file, pinned)));
    }

    /// <summary>Where the last accepted edition of a domain's list is kept.</summary>
    public string ListFile(string domain) => Path.Combine(TrustFolder, $"list-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(domain)))[..16]}.cose");

    /// <summary>Keeps an edition that was accepted; the caller checked it.</summary>
    public void KeepList(string domain, ReadOnlySpan<byte> file)
    {
        Directory.CreateDirectory(TrustFolder);
        var draft = ListFile(domain) + ".new";
        File.WriteAllBytes(draft, file);
        File.Move(draft, ListFile(domain), overwrite: true);
    }

    /// <summary>A list in any form, for looking at; whether a signed one holds is not asked.</summary>
    /// <exception cref="UnreadableException"/>
    public static TrustList ReadAny(string file) => Bytes(file, SignedTrustList.MaxBytes) is var bytes && SignedTrustList.Looks(bytes) ? SignedTrustList.Read(bytes).List.AsTests() : ReadTrust(file);

    private static TrustList ReadSigned(string file, TrustList pinned)
    {
        var list = SignedTrustList.Read(Bytes(file, SignedTrustList.MaxBytes));
        // An edition that was signed by an heir stands on its own here: that it followed was checked when it was taken up, and only its owner writes this folder.
        var (key, against) = list.By(pinned);
        if (key is null) (key, against) = list.By(list.List);
        return key is not null ? list.Vouched(key) : throw new UnreadableException($"a signed list that holds, in {file}", against!, 0);
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
