using System.Text.RegularExpressions;
using Assay.Evidence;
using Assay.Evidence.Files;

namespace Assay.Firmware.Identification;

/// <summary>
/// What a root file system starts by itself: inittab, rcS and numbered start scripts, rc.d links (System V, OpenWrt), rc.local, systemd units that
/// are wanted, inetd and xinetd. A program that lies there without being started is exposure and no service.
/// </summary>
internal static partial class BootServices
{
    private static readonly HashSet<string> Shells = new(StringComparer.Ordinal) { "sh", "ash", "bash", "dash", "ksh", "zsh", "hush", "busybox" };

    public static bool IsShell(string program) => Shells.Contains(program[(program.LastIndexOf('/') + 1)..].TrimStart('-'));

    /// <param name="calls">What each program names of <see cref="Executables.ElfFacts.Asked"/>, by its path.</param>
    public static void Read(IReadOnlyList<FileEntry> entries, IReadOnlyDictionary<string, TextFile> texts, IReadOnlyDictionary<string, IReadOnlyList<string>> calls, Notebook notes)
    {
        var programs = new Programs(calls, texts);
        var started = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in texts.Values.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            if (file.Path.EndsWith("/etc/inittab", StringComparison.Ordinal)) Inittab(file, texts, started, programs, notes);
            else if (file.Name is "inetd.conf" && file.Folder.EndsWith("/etc", StringComparison.Ordinal)) Inetd(file, programs, notes);
            else if (file.Path.Contains("/etc/xinetd.d/", StringComparison.Ordinal)) Xinetd(file, programs, notes);
        }
        started.UnionWith(BootScripts(entries, texts));
        Spread(started, texts);
        foreach (var path in started.Order(StringComparer.Ordinal))
        {
            if (texts.TryGetValue(path, out var script)) Script(script, programs, notes);
        }
        Units(entries, texts, programs, notes);
        Present(entries, notes);
    }

    /// <summary>Scripts that run at boot by where they lie or by a link that names them.</summary>
    public static HashSet<string> BootScripts(IReadOnlyList<FileEntry> entries, IReadOnlyDictionary<string, TextFile> texts)
    {
        var scripts = new HashSet<string>(StringComparer.Ordinal);
        var supervised = entries.Any(e => e.Path.Text is var p && p.Contains("bin/", StringComparison.Ordinal) && Supervisors.Contains(p[(p.LastIndexOf('/') + 1)..]));
        foreach (var entry in entries)
        {
            var path = entry.Path.Text;
            if ((BootPath().IsMatch(path) || supervised && SupervisedPath().IsMatch(path)) && entry.Type == FileType.Regular) scripts.Add(path);
            if (entry.Type != FileType.Link || !BootLink().IsMatch(path)) continue;
            var target = FilePath.Escape(entry.Target);
            var etc = path[..(path.LastIndexOf("/etc/", StringComparison.Ordinal) + 5)];
            var name = target[(target.LastIndexOf('/') + 1)..];
            foreach (var candidate in new[] { $"{etc}init.d/{name}", $"{etc}rc.d/init.d/{name}" })
            {
                if (texts.ContainsKey(candidate)) scripts.Add(candidate);
            }
        }
        return scripts;
    }

    [GeneratedRegex(@"/etc/(?:rc\.local|rc|rcS|rc\.sysinit|init\.d/rcS|init\.d/rc\.local|rc\.d/(?:rcS|rc\.sysinit|rc\.local|S\d\d[^/]*)|init\.d/S\d\d[^/]*|rc[S0-6]\.d/S\d\d[^/]*)$")]
    private static partial Regex BootPath();

    /// <summary>Paths of scripts that run at boot, those included that another such script calls.</summary>
    public static HashSet<string> AllBootScripts(IReadOnlyList<FileEntry> entries, IReadOnlyDictionary<string, TextFile> texts)
    {
        var scripts = BootScripts(entries, texts);
        Spread(scripts, texts);
        return scripts;
    }

    // runit, daemontools, s6: each keeps up what lies in its folder of services.
    private static readonly HashSet<string> Supervisors = new(StringComparer.Ordinal) { "runsvdir", "svscan", "svscanboot", "s6-svscan" };

    [GeneratedRegex(@"^.{0,200}/(?:etc/service|etc/services\.d|var/service|service|etc/runit/runsvdir/[^/]+)/[^/]+/run$")]
    private static partial Regex SupervisedPath();

    [GeneratedRegex(@"/etc/(?:rc\.d|rc[S2-5]\.d|rc\.d/rc[S2-5]\.d)/S\d+[^/]*$")]
    private static partial Regex BootLink();

    // A started script starts others by their path; names with a wildcard are what BootPath covers.
    private static void Spread(HashSet<string> started, IReadOnlyDictionary<string, TextFile> texts)
    {
        var open = new Queue<string>(started);
        while (open.TryDequeue(out var path))
        {
            if (!texts.TryGetValue(path, out var script) || started.Count > 2000) continue;
            var root = path[..Math.Max(0, path.LastIndexOf("/etc/", StringComparison.Ordinal))];
            foreach (var command in ShellScript.Commands(script))
            {
                // "/etc/init.d/update stop" starts nothing; a script that only copies or edits another does not run it.
                if (command.Words.Count > 1 && command.Words[1] is "stop" or "disable") continue;
                var first = command.Name is "." or "source" or "sh" or "ash" or "bash" && command.Words.Count > 1 ? command.Words[1] : command.Words[0];
                if (first.StartsWith('/') && texts.TryGetValue(root + first, out var other) && (other.IsScript || command.Name is "." or "source") && started.Add(other.Path)) open.Enqueue(other.Path);
            }
        }
    }

    private static void Inittab(TextFile file, IReadOnlyDictionary<string, TextFile> texts, HashSet<string> started, Programs programs, Notebook notes)
    {
        var root = file.Path[..^"/etc/inittab".Length];
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var line = file.Lines[i].Trim();
            var fields = line.Split(':', 4);
            if (line.StartsWith('#') || fields.Length < 4) continue;
            if (fields[2] is not ("sysinit" or "respawn" or "respawnlate" or "askfirst" or "askconsole" or "askconsolelate" or "once" or "wait" or "boot" or "bootwait")) continue;
            var words = fields[3].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            var at = notes.At(file.Path, i + 1);
            var console = fields[0].Length == 0 ? "console" : fields[0];
            var terminal = fields[2] is "respawn" or "respawnlate" or "askfirst" or "askconsole" or "askconsolelate";
            var program = words[0].TrimStart('-');
            if (terminal && IsShell(program) && (words.Length < 2 || words[1] != "-c"))
            {
                notes.Add(FindingKind.Debug, console, $"{program} on {console} without a login", 0.95, at, [Traits.SerialConsole, Traits.WithoutLogin]);
            }
            else if (terminal && program.EndsWith("getty", StringComparison.Ordinal))
            {
                var free = Free(words);
                if (free) notes.Add(FindingKind.Debug, console, $"{Short(fields[3])} on {console} without a login", 0.9, at, [Traits.SerialConsole, Traits.WithoutLogin]);
                else if (fields[3].Contains("ttyS", StringComparison.Ordinal) || fields[3].Contains("ttyAMA", StringComparison.Ordinal) || fields[0].StartsWith("ttyS", StringComparison.Ordinal))
                    notes.Add(FindingKind.Exposure, console, "a log-in on the serial console", 0.9, at, [Traits.SerialConsole]);
            }
            else if (terminal && texts.TryGetValue(root + program, out var script)
                && ShellScript.Commands(script).FirstOrDefault(c => IsShell(c.Words[0]) && c.Words.Contains("--login")) is { } shell)
            {
                notes.Add(FindingKind.Debug, console, $"{program} gives {shell.Name} on {console} without a login{(shell.Conditional ? " unless configured" : "")}", shell.Conditional ? 0.7 : 0.9, at, [Traits.SerialConsole, Traits.WithoutLogin]);
            }
            else Command(new ShellCommand(i + 1, words, false), file, programs, notes);
            if (texts.ContainsKey(root + program)) started.Add(root + program);
        }
    }

    // getty -n -l /bin/sh, agetty --autologin root
    private static bool Free(IReadOnlyList<string> words)
    {
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i].StartsWith("--autologin", StringComparison.Ordinal) || words[i] == "-a") return true;
            if (words[i] is "-l" or "--login-program" && i + 1 < words.Count && IsShell(words[i + 1])) return true;
        }
        return false;
    }

    private static void Script(TextFile script, Programs programs, Notebook notes)
    {
        var commands = ShellScript.Commands(script);
        // OpenWrt's procd takes the account of an instance as a command of its own.
        var account = commands.FirstOrDefault(c => c.Name == "procd_set_param" && c.Words.Count > 2 && c.Words[1] == "user")?.Words[2];
        foreach (var command in commands) Command(command, script, programs, notes, account);
    }

    private static void Command(ShellCommand command, TextFile file, Programs programs, Notebook notes, string? account = null)
    {
        var words = command.Words;
        var first = 0;
        switch (command.Name)
        {
            case "start-stop-daemon":
                if (words.Any(w => w is "-K" or "--stop" or "-T" or "--status")) return;
                first = Behind(words, "-x", "--exec", "-a", "--startas");
                break;
            case "service_start" or "daemon": first = 1; break;
            case "procd_set_param" when words.Count > 2 && words[1] == "command": first = 2; break;
            case "procd_open_instance": return;
            case "service" or "systemctl" or "/etc/init.d": return;
        }
        if (first < 0 || first >= words.Count) return;
        if (words.Contains("--version") || words.Contains("--help") || words.Count == first + 2 && (words[^1] is "-V" or "-t")) return;
        var name = words[first][(words[first].LastIndexOf('/') + 1)..];
        var at = notes.At(file.Path, command.Line);
        account ??= Behind(words, "-c", "--chuid", "-u", "--user") is > 0 and var named && command.Name == "start-stop-daemon" ? words[named].Split(':')[0] : null;
        notes.Start(name, Daemons.Known.GetValueOrDefault(name)?.Service, at);
        var line = words.Skip(first).ToList();
        if (!Daemons.Known.TryGetValue(name, out var daemon))
        {
            if (account is null or "root" or "0" && command.Name == "start-stop-daemon" && programs.Calls(words[first]) is { } own && !own.Any(GivingUp.Contains))
                notes.Add(FindingKind.Exposure, name, $"{name} is started as root, and names no call that gives rights up", 0.75, at, [Traits.RunsAsRoot, Traits.StartedAtBoot]);
            if (Relay(name, line, command, at, notes) || Listening(name, line, command, at, notes)) return;
            if (programs.Listens(words[first]) is { } path) notes.Add(FindingKind.Exposure, name, $"{name} is started at boot and names the calls of a server", 0.5, at, [Traits.MayListen], path);
            return;
        }
        if (ForItselfAlone(line, file, programs))
        {
            notes.Add(FindingKind.Exposure, daemon.Service, $"{name} is started at boot and listens for its own device alone", 0.8, at, [Traits.StartedAtBoot]);
            return;
        }
        Add(daemon, name, line, command.Conditional ? 0.75 : 0.95, at, notes);
        Rights(name, words[first], account, at, programs, notes);
    }

    // nc -l -p 4444 -e /bin/sh, socat TCP-LISTEN:4444,fork EXEC:/bin/sh
    private static bool Relay(string name, List<string> words, ShellCommand command, Location at, Notebook notes)
    {
        var listens = name is "nc" or "ncat" or "netcat" ? words.Any(w => w is "-l" or "--listen" || w.Length is > 2 and < 6 && w[0] == '-' && w[1] != '-' && w.Contains('l'))
            : name == "socat" && words.Any(w => SocatListens().IsMatch(w) && !w.Contains("bind=127.", StringComparison.OrdinalIgnoreCase));
        if (!listens || words.Any(IsLoopback)) return false;
        var shell = words.Any(w => IsShell(w) || w.StartsWith("EXEC:", StringComparison.OrdinalIgnoreCase) && IsShell(w[5..].Split([',', ' '])[0]) || w.StartsWith("SYSTEM:", StringComparison.OrdinalIgnoreCase));
        string[] traits = shell ? [Traits.StartedAtBoot, Traits.WithoutLogin] : [Traits.StartedAtBoot];
        notes.Add(FindingKind.Service, name, $"{name} listens from boot on{(shell ? " and gives a shell without a login" : "")}", command.Conditional && !shell ? 0.75 : 0.9, at, traits, Short(string.Join(' ', words)));
        return true;
    }

    // What the start line itself tells to listen: --listen 0.0.0.0, --bind :9000, 0.0.0.0:9000. A number of a port alone may be where it calls.
    private static bool Listening(string name, List<string> words, ShellCommand command, Location at, Notebook notes)
    {
        var tells = false;
        for (var i = 1; i < words.Count; i++)
        {
            var (option, value) = words[i].Split('=', 2) is [var o, var v] ? (o, v) : (words[i], i + 1 < words.Count ? words[i + 1] : "");
            if (option.TrimStart('-') is "listen" or "listen-address" or "listen-addr" or "listen-port" or "bind" or "bind-address" or "bind-addr" && option.StartsWith('-'))
            {
                if (IsLoopback(value) || value.StartsWith('/') || value.StartsWith("unix:", StringComparison.Ordinal)) return false;
                tells |= value.Length > 0;
            }
            else tells |= AnyAddress().IsMatch(words[i]);
        }
        if (!tells) return false;
        notes.Add(FindingKind.Service, name, $"{name} is started at boot and told to listen", command.Conditional ? 0.75 : 0.9, at, [Traits.StartedAtBoot], Short(string.Join(' ', words)));
        return true;
    }

    private static bool IsLoopback(string word) => Loopback().IsMatch(word);

    // The start line, or every address in the configuration that it names, is the device's own.
    private static bool ForItselfAlone(List<string> words, TextFile file, Programs programs)
    {
        var named = words.Skip(1).Where(w => AnyAddress().IsMatch(w) || IsLoopback(w)).ToList();
        if (named.Count > 0) return named.All(IsLoopback);
        var bound = words.Skip(1).Where(w => w.StartsWith('/')).Select(w => programs.Text(file, w)).OfType<TextFile>().SelectMany(t => t.Lines).Where(l => l.Length < 1024).Select(l => Bound().Match(l)).Where(m => m.Success).ToList();
        return bound.Count > 0 && bound.All(m => IsLoopback(m.Groups["at"].Value));
    }

    [GeneratedRegex(@"^(?:TCP|UDP|TCP4|TCP6|UDP4|UDP6|SCTP|OPENSSL)-(?:LISTEN|RECV\w*|L):", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SocatListens();

    [GeneratedRegex(@"^[^/]{0,40}(?:(?<![\d.])0\.0\.0\.0|\[::\]|(?<![\w:])::)(?::\d{1,5})?$", RegexOptions.CultureInvariant)]
    private static partial Regex AnyAddress();

    [GeneratedRegex(@"(?:^|[=:/@,])(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)(?::\d{1,5})?(?:$|[,/])", RegexOptions.CultureInvariant)]
    private static partial Regex Loopback();

    // mosquitto, lighttpd, sshd, redis, nginx: where the server listens.
    [GeneratedRegex(@"^\s*(?:listener\s+\d+(?:\s+(?<at>\S+))?|bind_address\s+(?<at>\S+)|server\.bind\s*=\s*""(?<at>[^""]*)""|ListenAddress\s+(?<at>\S+)|bind\s+(?<at>[\d.:a-z]+)|listen\s+(?<at>[^\s;]+))", RegexOptions.CultureInvariant)]
    private static partial Regex Bound();

    /// <summary>What programs name of the calls that are asked for, by path and by name.</summary>
    private sealed class Programs(IReadOnlyDictionary<string, IReadOnlyList<string>> calls, IReadOnlyDictionary<string, TextFile> texts)
    {
        /// <summary>The text that a start line of <paramref name="file"/> names by its path in the same root.</summary>
        public TextFile? Text(TextFile file, string path) => texts.GetValueOrDefault(file.Path[..Math.Max(0, file.Path.LastIndexOf("/etc/", StringComparison.Ordinal))] + path);

        private readonly ILookup<string, string> byName = calls.Keys.Order(StringComparer.Ordinal).ToLookup(k => k[(k.LastIndexOf('/') + 1)..], StringComparer.Ordinal);

        public IReadOnlyList<string>? Calls(string program) => PathOf(program) is { } path ? calls[path] : null;

        /// <summary>The path of a program that names what a server calls; null for others and for those that are not there.</summary>
        public string? Listens(string program) => PathOf(program) is { } path && calls[path].Contains("listen") && calls[path].Any(c => c is "accept" or "accept4") ? path : null;

        private string? PathOf(string program)
        {
            if (program.StartsWith('/') && calls.Keys.Contains(program)) return program;
            var named = byName[program[(program.LastIndexOf('/') + 1)..]].ToList();
            return named.Count == 1 ? named[0] : named.FirstOrDefault(n => program.StartsWith('/') && n.EndsWith(program, StringComparison.Ordinal));
        }
    }

    private static readonly HashSet<string> GivingUp = new(StringComparer.Ordinal) { "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "initgroups", "capset", "cap_set_proc" };

    // Who starts a service at boot is root, unless the start line or the unit names another, or the program gives its rights up by itself.
    private static void Rights(string name, string program, string? account, Location at, Programs programs, Notebook notes)
    {
        if (account is not null and not ("root" or "0")) return;
        if (account is not null) notes.Add(FindingKind.Permission, name, $"{name} is started as {account}, by name", 0.9, at, [Traits.RunsAsRoot, Traits.StartedAtBoot]);
        else if (programs.Calls(program) is { } calls && !calls.Any(GivingUp.Contains)) notes.Add(FindingKind.Permission, name, $"{name} is started as root, and names no call that gives rights up", 0.75, at, [Traits.RunsAsRoot, Traits.StartedAtBoot]);
    }

    private static int Behind(IReadOnlyList<string> words, params ReadOnlySpan<string> options)
    {
        for (var i = 1; i < words.Count; i++)
        {
            foreach (var option in options)
            {
                if (words[i] == option && i + 1 < words.Count) return i + 1;
            }
        }
        return -1;
    }

    private static void Add(Daemon daemon, string name, IReadOnlyList<string> words, double confidence, Location at, Notebook notes)
    {
        List<string> traits = [Traits.StartedAtBoot];
        if (daemon.Trait is not null) traits.Add(daemon.Trait);
        var value = $"{name} is started at boot";
        if (daemon.Trait == Traits.Telnet && GivesShell(words))
        {
            traits.Add(Traits.WithoutLogin);
            value += " and gives a shell without a login";
        }
        notes.Add(daemon.IsDebug ? FindingKind.Debug : FindingKind.Service, daemon.Service, value, confidence, at, [.. traits], Short(string.Join(' ', words)));
    }

    private static bool GivesShell(IReadOnlyList<string> words)
    {
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i] is "-l" or "-E" or "--exec-login" or "-L" && i + 1 < words.Count && IsShell(words[i + 1].Split(' ')[0])) return true;
            if (words[i].StartsWith("-l/", StringComparison.Ordinal) && IsShell(words[i][2..])) return true;
            if (words[i].StartsWith("--exec-login=", StringComparison.Ordinal) && IsShell(words[i][13..].Split(' ')[0])) return true;
        }
        return false;
    }

    private static void Inetd(TextFile file, Programs programs, Notebook notes)
    {
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var words = file.Lines[i].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 6 || words[0].StartsWith('#') || words[1] is not ("stream" or "dgram")) continue;
            var line = words[5..];
            // tcpd stands before the program that it guards; arguments repeat the program's name.
            var name = line.Take(3).Select(w => w[(w.LastIndexOf('/') + 1)..]).FirstOrDefault(Daemons.Known.ContainsKey);
            if (name is null) continue;
            notes.Start(name, Daemons.Known[name].Service, notes.At(file.Path, i + 1));
            Add(Daemons.Known[name], name, line, 0.85, notes.At(file.Path, i + 1), notes);
            Rights(name, name, words[4].Split('.', ':')[0], notes.At(file.Path, i + 1), programs, notes);
        }
    }

    private static void Xinetd(TextFile file, Programs programs, Notebook notes)
    {
        if (file.Lines.Any(l => XinetdOff().IsMatch(l))) return;
        for (var i = 0; i < file.Lines.Count; i++)
        {
            var match = XinetdServer().Match(file.Lines[i]);
            if (!match.Success) continue;
            var program = match.Groups[1].Value;
            var name = program[(program.LastIndexOf('/') + 1)..];
            var arguments = file.Lines.Select(l => XinetdArguments().Match(l)).FirstOrDefault(m => m.Success)?.Groups[1].Value.Split(' ') ?? [];
            if (!Daemons.Known.TryGetValue(name, out var daemon)) continue;
            notes.Start(name, daemon.Service, notes.At(file.Path, i + 1));
            Add(daemon, name, [program, .. arguments], 0.85, notes.At(file.Path, i + 1), notes);
            Rights(name, program, file.Lines.Select(l => XinetdUser().Match(l)).FirstOrDefault(m => m.Success)?.Groups[1].Value, notes.At(file.Path, i + 1), programs, notes);
        }
    }

    [GeneratedRegex(@"^\s*disable\s*=\s*yes")]
    private static partial Regex XinetdOff();

    [GeneratedRegex(@"^\s*server\s*=\s*(\S+)")]
    private static partial Regex XinetdServer();

    [GeneratedRegex(@"^\s*user\s*=\s*(\S+)")]
    private static partial Regex XinetdUser();

    [GeneratedRegex(@"^\s*server_args\s*\+?=\s*(.+)")]
    private static partial Regex XinetdArguments();

    private static void Units(IReadOnlyList<FileEntry> entries, IReadOnlyDictionary<string, TextFile> texts, Programs programs, Notebook notes)
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var match = Wanted().Match(entry.Path.Text);
            if (!match.Success || entry.Type is not (FileType.Link or FileType.Regular)) continue;
            var name = match.Groups[1].Value;
            wanted.Add(name);
            if (name.EndsWith(".socket", StringComparison.Ordinal))
            {
                wanted.Add(name[..^7] + ".service");
                wanted.Add(name[..^7] + "@.service");
            }
            var at = name.IndexOf('@');
            if (at > 0) wanted.Add(name[..(at + 1)] + ".service");
        }
        foreach (var unit in texts.Values.Where(t => t.Path.Contains("/systemd/system/", StringComparison.Ordinal)).OrderBy(t => t.Path, StringComparer.Ordinal))
        {
            // A file in NAME.d changes the unit of that name, or all of a template's.
            var named = unit.Folder.EndsWith(".d", StringComparison.Ordinal) ? unit.Folder[(unit.Folder.LastIndexOf('/') + 1)..^2] : unit.Name;
            if (!wanted.Contains(named)) continue;
            for (var i = 0; i < unit.Lines.Count; i++)
            {
                var line = unit.Lines[i].Trim();
                if (!line.StartsWith("ExecStart=", StringComparison.Ordinal)) continue;
                var words = line[10..].TrimStart('-', '@', '+', '!', ':').Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 0) continue;
                var name = words[0][(words[0].LastIndexOf('/') + 1)..];
                var at = notes.At(unit.Path, i + 1);
                notes.Start(name, Daemons.Known.GetValueOrDefault(name)?.Service, at);
                if (Daemons.Known.TryGetValue(name, out var daemon))
                {
                    Add(daemon, name, words, 0.95, at, notes);
                    var account = unit.Text.Contains("DynamicUser=", StringComparison.Ordinal) ? "another" : UnitUser().Match(unit.Text) is { Success: true } user ? user.Groups[1].Value : null;
                    Rights(name, words[0], account, at, programs, notes);
                }
                else if (name.EndsWith("getty", StringComparison.Ordinal) && Free(words)) notes.Add(FindingKind.Debug, unit.Name, $"{unit.Name}: a console without a login", 0.9, at, [Traits.SerialConsole, Traits.WithoutLogin]);
                else if (IsShell(name) && unit.Text.Contains("TTYPath", StringComparison.Ordinal)) notes.Add(FindingKind.Debug, unit.Name, $"{unit.Name}: {name} on a terminal without a login", 0.9, at, [Traits.SerialConsole, Traits.WithoutLogin]);
                else if (new ShellCommand(i + 1, words, false) is var command && (Relay(name, [.. words], command, at, notes) || Listening(name, [.. words], command, at, notes))) continue;
                else if (programs.Listens(words[0]) is { } path) notes.Add(FindingKind.Exposure, name, $"{name} is started at boot and names the calls of a server", 0.5, at, [Traits.MayListen], path);
            }
        }
    }

    [GeneratedRegex(@"(?m)^[ \t]*User[ \t]*=[ \t]*(\S+)")]
    private static partial Regex UnitUser();

    [GeneratedRegex(@"/systemd/system/[^/]+\.(?:wants|requires|upholds)/([^/]+\.(?:service|socket))$")]
    private static partial Regex Wanted();

    private static void Present(IReadOnlyList<FileEntry> entries, Notebook notes)
    {
        foreach (var entry in entries)
        {
            if (entry.Type is not (FileType.Regular or FileType.Link)) continue;
            var path = entry.Path.Text;
            var name = path[(path.LastIndexOf('/') + 1)..];
            if (!path.Contains("bin/", StringComparison.Ordinal) || !Daemons.Known.TryGetValue(name, out var daemon)) continue;
            if (daemon.Trait is not (Traits.Telnet or Traits.Ftp) && !daemon.IsDebug && daemon.Service is not ("tftp" or "rsh" or "rlogin")) continue;
            notes.Add(FindingKind.Exposure, daemon.Service, $"{name} is in the image", 0.9, notes.At(path), daemon.Trait is null ? [] : [daemon.Trait]);
        }
    }

    private static string Short(string text) => Shortened.Visible(text.Length > 120 ? text[..120] + "…" : text);
}
