using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware.Identification;

/// <summary>What a root file system has to keep processes in their bounds, each means once: by unit files, start scripts, policies, and calls of programs.</summary>
internal static partial class Confinement
{
    public static void Read(IReadOnlyList<FileEntry> entries, IReadOnlyList<TextFile> texts, IReadOnlyDictionary<string, IReadOnlyList<string>> calls, Notebook notes)
    {
        foreach (var (means, words, line, path, call) in Means)
        {
            if (First(texts, words, line) is { } text) Add(means, $"{means} in {text.File.Name}: {text.Words}", notes.At(text.File.Path, text.Line));
            else if (path is not null && entries.FirstOrDefault(e => path.IsMatch(e.Path.Text)) is { } entry) Add(means, $"{means} in {entry.Path.Text}", notes.At(entry.Path.Text));
            else if (calls.Where(c => c.Value.Any(call.Contains)).OrderBy(c => c.Key, StringComparer.Ordinal).FirstOrDefault() is { Key: not null } program)
                Add(means, $"{program.Key} names {program.Value.First(call.Contains)}", notes.At(program.Key));
        }

        void Add(string means, string value, Location at) => notes.Add(FindingKind.Hardening, means, value, 0.7, at, [Traits.Confinement]);
    }

    private static (TextFile File, int Line, string Words)? First(IReadOnlyList<TextFile> texts, string[] words, Regex line)
    {
        foreach (var text in texts)
        {
            // Most texts name none of the words; the pattern is for those that do.
            if (words.Any(w => text.Text.Contains(w, StringComparison.Ordinal)) && line.Match(text.Text) is { Success: true } match) return (text, 1 + text.Text.AsSpan(0, match.Index).Count('\n'), match.Value.Trim());
        }
        return null;
    }

    private static readonly (string Means, string[] Words, Regex Line, Regex? Path, string[] Calls)[] Means =
    [
        ("seccomp", ["SystemCallFilter", "set_param seccomp"], Filters(), FilterFiles(), ["seccomp_init", "seccomp_load"]),
        ("capabilities", ["CapabilityBoundingSet", "AmbientCapabilities", "NoNewPrivileges", "set_param capabilities", "no_new_privs", "setcap", "capsh"], Capabilities(), CapabilityFiles(), ["capset", "cap_set_proc"]),
        ("AppArmor", ["AppArmorProfile", "aa-exec", "apparmor_parser"], AppArmor(), AppArmorFiles(), []),
        ("SELinux", ["SELinuxContext", "SELINUX="], SeLinux(), SeLinuxFiles(), []),
        ("namespaces", ["Private", "Protect", "RestrictNamespaces", "DynamicUser", "procd_add_jail", "unshare", "bwrap", "firejail"], Namespaces(), null, ["unshare", "landlock_restrict_self"]),
        ("chroot", ["RootDirectory", "chroot"], ChangeRoot(), null, ["chroot"]),
        ("containers", ["docker ", "podman ", "lxc-start ", "crun ", "runc "], Containers(), ContainerFiles(), []),
    ];

    [GeneratedRegex(@"(?m)^[ \t]*(SystemCallFilter\s*=.{0,60}|procd_set_param seccomp.{0,60})")]
    private static partial Regex Filters();

    [GeneratedRegex(@"/etc/seccomp/[^/]+\.json$")]
    private static partial Regex FilterFiles();

    [GeneratedRegex(@"(?m)^[ \t]*((CapabilityBoundingSet|AmbientCapabilities|NoNewPrivileges)\s*=.{0,60}|procd_set_param (capabilities|no_new_privs).{0,60}|[^#\n]{0,40}\b(setcap|capsh)\b.{0,60})")]
    private static partial Regex Capabilities();

    [GeneratedRegex(@"/etc/capabilities/[^/]+\.json$")]
    private static partial Regex CapabilityFiles();

    [GeneratedRegex(@"(?m)^[ \t]*(AppArmorProfile\s*=.{0,60}|[^#\n]{0,40}\b(aa-exec|apparmor_parser)\b.{0,60})")]
    private static partial Regex AppArmor();

    [GeneratedRegex(@"/etc/apparmor\.d/[^/]+$")]
    private static partial Regex AppArmorFiles();

    [GeneratedRegex(@"(?m)^[ \t]*(SELinuxContext\s*=.{0,60}|SELINUX\s*=\s*(enforcing|permissive))")]
    private static partial Regex SeLinux();

    [GeneratedRegex(@"/etc/selinux/[^/]+/policy/|/sepolicy$")]
    private static partial Regex SeLinuxFiles();

    [GeneratedRegex(@"(?m)^[ \t]*((PrivateNetwork|PrivateTmp|PrivateUsers|PrivateDevices|ProtectSystem|ProtectHome|RestrictNamespaces|DynamicUser)\s*=\s*(yes|true|full|strict|1).{0,40}|procd_add_jail.{0,60}|[^#\n]{0,40}\b(unshare|bwrap|firejail)\b.{0,60})")]
    private static partial Regex Namespaces();

    [GeneratedRegex(@"(?m)^[ \t]*(RootDirectory\s*=.{0,60}|[^#\n]{0,40}\bchroot\b.{0,60})")]
    private static partial Regex ChangeRoot();

    [GeneratedRegex(@"(?m)^[^#\n]{0,60}\b(docker|podman|lxc-start|crun|runc) (run|start|exec|-n)\b.{0,60}")]
    private static partial Regex Containers();

    [GeneratedRegex(@"/s?bin/(dockerd|podman|lxc-start|containerd|crun|runc)$")]
    private static partial Regex ContainerFiles();
}
