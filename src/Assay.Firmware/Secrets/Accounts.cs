using Assay.Evidence;
using Assay.Evidence.Cryptography;
using Assay.Firmware.Identification;

namespace Assay.Firmware.Secrets;

/// <summary>Accounts and how their passwords are kept: passwd, shadow, their backups, htpasswd, htdigest, smbpasswd, BusyBox httpd.conf.</summary>
internal static class Accounts
{
    private const int OthersRead = 4;

    public static bool IsOne(string path) => Layout(path) is not null;

    private static string? Layout(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name switch
        {
            "passwd" or "passwd-" when path.EndsWith("/etc/" + name, StringComparison.Ordinal) => "passwd",
            "shadow" or "shadow-" when path.EndsWith("/etc/" + name, StringComparison.Ordinal) => "shadow",
            ".htpasswd" or "htpasswd" or "lighttpd.user" or "lighttpd-htpasswd.user" => "htpasswd",
            ".htdigest" or "htdigest" => "htdigest",
            "smbpasswd" => "smbpasswd",
            "httpd.conf" => "httpd.conf",
            // Files of accounts of single programs, in the form of passwd or of htpasswd.
            _ when name.EndsWith("passwd", StringComparison.Ordinal) && path.Contains("/etc/", StringComparison.Ordinal) => "program",
            _ => null,
        };
    }

    public static void Read(IEnumerable<TextFile> files, Notebook notes, PasswordTrials trials)
    {
        foreach (var file in files)
        {
            if (Layout(file.Path) is not { } layout) continue;
            for (var i = 0; i < file.Lines.Count; i++)
            {
                var line = file.Lines[i];
                if (line.Length is 0 or > 4096 || line[0] is '#' or '+' or '-') continue;
                var fields = line.TrimEnd().Split(':');
                if (fields.Length < 2 || layout != "httpd.conf" && fields[0].Length == 0) continue;
                var at = notes.At(file.Path, i + 1);
                switch (layout)
                {
                    case "passwd" when fields.Length >= 4:
                        Passwd(fields, at, notes, trials);
                        break;
                    case "program" when fields.Length >= 4:
                        Judge(fields[0], fields[1], false, [], at, notes, trials, FindingKind.Credential);
                        break;
                    case "program" when fields is [_, ['$' or '{', ..]]:
                        Judge(fields[0], fields[1], false, [], at, notes, trials, FindingKind.Credential);
                        break;
                    case "shadow":
                        Judge(fields[0], fields[1], fields[0] == "root", fields[1].Length > 0 && file.Entry.Mode > 0 && (file.Entry.Mode & OthersRead) != 0 ? [Traits.WorldReadable] : [], at, notes, trials, FindingKind.Credential);
                        break;
                    case "htpasswd" when fields[1].Length > 0:
                        Judge(fields[0], fields[1], false, [Traits.Http], at, notes, trials, FindingKind.Credential);
                        break;
                    case "htdigest" when fields.Length >= 3 && fields[2].Length == 32:
                        Judge(fields[0], fields[2], false, [Traits.Http], at, notes, trials, FindingKind.Credential);
                        break;
                    case "smbpasswd" when fields.Length >= 4 && fields[3].Length == 32 && fields[3].All(char.IsAsciiHexDigit):
                        Judge(fields[0], fields[3], false, [], at, notes, trials, FindingKind.Credential);
                        break;
                    case "httpd.conf" when fields is [['/', ..], { Length: > 0 }, { Length: > 0 }]:
                        Judge(fields[1], fields[2], false, [Traits.Http], at, notes, trials, FindingKind.Credential);
                        break;
                }
            }
        }
    }

    private static void Passwd(string[] fields, Location at, Notebook notes, PasswordTrials trials)
    {
        var (user, field, uid) = (fields[0], fields[1], fields[2]);
        var shell = fields.Length > 6 ? fields[6] : "";
        // Nobody gets in by an empty password where the shell turns everybody away; it is still shown.
        var kind = shell.EndsWith("/nologin", StringComparison.Ordinal) || shell.EndsWith("/false", StringComparison.Ordinal) ? FindingKind.Exposure : FindingKind.Credential;
        var root = uid.TrimStart('0').Length == 0 && uid.Length > 0;
        if (PasswordScheme.Of(field) is not null)
        {
            Judge(user, field, root, field.Length > 0 ? [Traits.WorldReadable] : [], at, notes, trials, kind, root && user != "root" ? "uid 0" : null);
        }
        else if (root && user != "root" && field[0] is not ('*' or '!'))
        {
            notes.Add(kind, user, $"{user}: uid 0, a second name for root", 0.9, at, [Traits.Root]);
        }
    }

    private static void Judge(string user, string field, bool root, string[] traits, Location at, Notebook notes, PasswordTrials trials, FindingKind kind, string? also = null)
    {
        if (PasswordScheme.Of(field) is not { } scheme) return;
        List<string> all = [.. traits];
        if (root) all.Add(Traits.Root);
        var value = $"{user}: {scheme.Name}";
        bool? isDefault = null;
        if (scheme == PasswordScheme.Empty)
        {
            all.Add(Traits.EmptyPassword);
            value = $"{user}: empty password";
        }
        else
        {
            all.Add(scheme == PasswordScheme.Plain ? Traits.Password : Traits.PasswordHash);
            if (scheme.IsWeak) all.Add(Traits.WeakHash);
            if (trials.Find(user, field) is { } password)
            {
                all.Add(Traits.KnownDefault);
                if (password.Length == 0) all.Add(Traits.EmptyPassword);
                isDefault = true;
                value += $", known default {Shortened.Secret(password)}";
            }
            if (all.Contains(Traits.WorldReadable)) value += ", kept where every user reads it";
        }
        if (also is not null) value += ", " + also;
        // The digest of a hash names it without giving anything to search; of a password in clear it would.
        var same = all.Contains(Traits.PasswordHash) ? $"{KeyId.StoredWords} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(field)))[..KeyId.Digits]}" : null;
        notes.Add(kind, user, value, scheme == PasswordScheme.Plain ? 0.6 : 0.95, at, [.. all], same, isDefault);
    }
}
