using Assay.Evidence;

namespace Assay.Software.Matching.Parts;

/// <summary>Whether a vulnerable part is in the product, and how near it is to somebody who wants to use it. Absence is said only where the list that was asked is whole.</summary>
internal sealed class PartJudgement(ProductFacts facts)
{
    private readonly Lazy<Dictionary<string, StartedProgram>> loaded = new(() => Loaded(facts));

    public Presence Of(ComponentIdentity component, NamedPart named)
    {
        var (state, reason, seen) = named.Part.Kind switch
        {
            PartKind.Applet => Applet(component, named.Part),
            PartKind.KernelOption => Option(component, named.Part),
            _ => InFiles(named.Part),
        };
        return new Presence { Part = named.Part, State = state, IsGuess = named.IsGuess, NamedBy = named.By, Reason = reason, Seen = seen };
    }

    private (PresenceState, string, Location?) Applet(ComponentIdentity component, VulnerablePart part)
    {
        var paths = component.Component.Evidence.Select(e => e.Location.Path).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var tables = facts.Applets.Where(t => t.Location.Path is { } path && paths.Contains(path)).ToList();
        if (tables.Count == 0) tables = [.. facts.Applets];
        if (tables.Count == 0) return (PresenceState.Unknown, "the program's table of applets was not seen", null);
        foreach (var table in tables)
        {
            if (part.Names.FirstOrDefault(table.Names.Contains) is { } name) return (PresenceState.Present, $"{name} is one of {table.Names.Count} applets built into {table.Location.Path ?? "it"}", table.Location);
        }
        return (PresenceState.Absent, $"{string.Join(" and ", part.Names.Take(4))}{(part.Names.Count > 4 ? " and others" : "")} {(part.Names.Count == 1 ? "is" : "are")} not among the {tables[0].Names.Count} applets built into {tables[0].Location.Path ?? "it"}", tables[0].Location);
    }

    private (PresenceState, string, Location?) Option(ComponentIdentity component, VulnerablePart part)
    {
        var (option, module) = (part.Names[0], part.Module);
        var version = component.VersionFor(VersionScheme.Generic);
        // A configuration that lies there for another kernel says nothing of this one.
        var kernels = facts.Kernels.Where(k => k.Version is null || version is null || VersionOrder.Compare(k.Version, version, VersionScheme.Generic) == 0).ToList();
        (PresenceState, string, Location?)? absent = null;
        var unknown = kernels.Count == 0;
        foreach (var kernel in kernels)
        {
            switch (kernel.Options.GetValueOrDefault(option))
            {
                case "y": return (PresenceState.Present, $"CONFIG_{option}=y in the kernel's own configuration", kernel.Location);
                case "n": absent = (PresenceState.Absent, $"CONFIG_{option} is not set in the kernel's own configuration", kernel.Location); break;
                case "m" when module is not null && facts.Modules is { } modules:
                    if (modules.Loadable.TryGetValue(module, out var lies)) return (PresenceState.Present, $"the module {module} lies in the file system", lies);
                    absent = (PresenceState.Absent, $"CONFIG_{option}=m in the kernel's own configuration, and its module {module} is not in the file system", kernel.Location);
                    break;
                default: unknown = true; break;
            }
        }
        if (module is not null && facts.Modules is { } there)
        {
            if (there.Loadable.TryGetValue(module, out var lies)) return (PresenceState.Present, $"the module {module} lies in the file system", lies);
            if (there.BuiltIn is { } builtIn)
            {
                if (builtIn.TryGetValue(module, out var listed)) return (PresenceState.Present, $"{module} is built in, says modules.builtin", listed);
                if (absent is null && there.Loadable.Count + builtIn.Count > 0) return (PresenceState.Absent, $"{module} is neither a module of the file system nor in its modules.builtin", builtIn.Values.FirstOrDefault());
            }
        }
        if (absent is { } shown && !unknown) return shown;
        return (PresenceState.Unknown, kernels.Count == 0 ? "no configuration of this kernel was seen" : $"the kernel's configuration does not mention CONFIG_{option}", null);
    }

    private (PresenceState, string, Location?) InFiles(VulnerablePart part)
    {
        if (facts.Files is not { } files) return (PresenceState.Unknown, "no file system was read", null);
        foreach (var name in part.Names)
        {
            if (files.TryGetValue(name, out var lies)) return (PresenceState.Present, $"{name} lies in the file system", lies);
        }
        // A part may be linked into another program: that no file has its name proves nothing.
        return (PresenceState.Unknown, $"no file is called {string.Join(" or ", part.Names)}, and it may be a part of another", null);
    }

    /// <summary>How near the parts are, or the component where no part is named.</summary>
    public Reach Reach(ComponentIdentity component, IReadOnlyList<Presence> parts)
    {
        var applets = parts.Where(p => p.Part.Kind == PartKind.Applet).SelectMany(p => p.Part.Names).ToHashSet(StringComparer.Ordinal);
        if (parts.Count > 0 && applets.Count == 0 && parts.All(p => p.Part.Kind == PartKind.KernelOption)) return Parts.Reach.Unknown;
        var isMany = facts.Applets.Count > 0 && component.IsCalled("busybox");
        // Of a program of many names, only the part's own name tells.
        var programs = isMany ? applets : Programs(component);
        if (programs.Count == 0 && applets.Count == 0 && isMany) return Parts.Reach.Unknown;
        var started = facts.Started.Where(s => programs.Contains(s.Program)).ToList();
        var services = started.Select(s => s.Service).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var socket in facts.Sockets)
        {
            if (socket.Program is { } program ? programs.Contains(program) : socket.Service is { } service && services.Contains(service))
                return new Reach(ReachState.Listening, $"{socket.Program ?? socket.Service} answers on {socket.Protocol} {socket.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}", socket.Location);
        }
        if (started.Count > 0) return new Reach(ReachState.Started, $"{started[0].Program} is started at boot", started[0].Location);
        if (!isMany)
        {
            foreach (var library in Libraries(component))
            {
                if (loaded.Value.FirstOrDefault(l => library == l.Key || library.StartsWith(l.Key + ".", StringComparison.Ordinal)) is { Key: { } name, Value: { } by })
                    return new Reach(ReachState.Started, $"{by.Program}, which is started at boot, loads {name}", by.Location);
            }
        }
        return facts.Started.Count > 0 ? new Reach(ReachState.NotSeen, "start-up names no program that uses it") : Parts.Reach.Unknown;
    }

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static HashSet<string> Programs(ComponentIdentity component)
    {
        var one = component.Component;
        var files = one.Evidence.Where(e => e.Method is not ("package database" or "manifest" or "bill of materials")).Select(e => e.Location.Path).OfType<string>()
            .Concat(one.Files).Where(p => p.Contains("bin/", StringComparison.Ordinal)).Select(Name).ToHashSet(StringComparer.Ordinal);
        // Where no file of it is known, its names stand for its programs.
        return files.Count > 0 ? files : [.. component.Names];
    }

    private static IEnumerable<string> Libraries(ComponentIdentity component) =>
        component.Component.Evidence.Select(e => e.Location.Path).OfType<string>().Concat(component.Component.Files).Select(Name).Where(n => n.Contains(".so", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);

    /// <summary>Every library that a started program loads, directly or through another library, with the program.</summary>
    private static Dictionary<string, StartedProgram> Loaded(ProductFacts facts)
    {
        var (byName, loaded) = (facts.Needed.GroupBy(n => Name(n.Key), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.OrderBy(n => n.Key, StringComparer.Ordinal).First().Value, StringComparer.Ordinal), new Dictionary<string, StartedProgram>(StringComparer.Ordinal));
        foreach (var program in facts.Started)
        {
            if (!byName.TryGetValue(program.Program, out var first)) continue;
            var open = new Queue<string>(first);
            while (open.TryDequeue(out var library))
            {
                if (!loaded.TryAdd(library, program)) continue;
                // libssl.so.3 may be the name of a link to libssl.so.3.0.11.
                foreach (var next in byName.GetValueOrDefault(library) ?? byName.FirstOrDefault(n => n.Key.StartsWith(library + ".", StringComparison.Ordinal)).Value ?? []) open.Enqueue(next);
            }
        }
        return loaded;
    }
}
