using Assay.CommandLine;
using Assay.Evidence;
using Assay.Evidence.Reading;
using Assay.Traffic.Captures;
using Assay.Traffic.Mud;

namespace Assay.Cli;

/// <summary><c>assay mud learn CAPTURE… --device MAC</c>: what a device was seen to need, as a MUD file that says of itself that no maker wrote it (docs/mud.md).</summary>
public static class MudLearnAct
{
    public static int Run(Arguments arguments, Terminal terminal)
    {
        var captures = arguments.Operands.Skip(1).ToList();
        var opened = new List<Artefact>();
        try
        {
            foreach (var capture in captures) opened.Add(Artefact.Open(capture));
            var traffic = new DeviceTraffic(Device(arguments, null, opened));
            var losses = Add(traffic, opened, terminal);
            if (traffic.Frames == 0) throw new UnreadableException($"frames of {traffic.Device} in the captures", "none", 0);
            var profile = ObservedProfile.Learn(traffic);
            terminal.WriteJson(profile.Write);
            terminal.Hint(FormattableString.Invariant($"observed: {profile.Permissions.Count} entries of {profile.Talks} talks in {profile.Captures} captures; what was not captured is not in it, and what was captured may be an attack: a draft for the maker, none of the maker's"));
            return losses ? Exit.Unreadable : Exit.Done;
        }
        finally
        {
            foreach (var one in opened) one.Dispose();
        }
    }

    /// <summary>Reads all captures; true where something of them was lost, which is said.</summary>
    internal static bool Add(DeviceTraffic traffic, IReadOnlyList<Artefact> captures, Terminal terminal)
    {
        var options = terminal.Examination();
        var lost = false;
        foreach (var loss in captures.SelectMany(c => traffic.Add(c, options)))
        {
            terminal.Complain(loss.ToString());
            lost = true;
        }
        if (traffic.Unkept > 0) terminal.Complain(FormattableString.Invariant($"expected fewer talks of one device, found {traffic.Unkept} packets of more, which were left out"));
        return lost || traffic.Unkept > 0;
    }

    internal static MacAddress Device(Arguments arguments, MudFile? file, IReadOnlyList<Artefact> captures)
    {
        switch (arguments.Values("--device"))
        {
            case [var text] when MacAddress.TryParse(text, out var mac):
                return mac;
            case [var text]:
                throw new UsageException($"--device expects a MAC address such as 00:00:5e:00:53:0b, found {Shortened.Visible(text)}");
            case [_, _, ..]:
                throw new UsageException("learn and check expect one --device");
        }
        return MudSubject.Find(file, captures) switch
        {
            [var only] => only,
            [] => throw new UsageException("expected --device MAC: the captures hold no device that is no part of the network"),
            var several => throw new UsageException($"expected --device MAC, found several devices: {string.Join(", ", several.Take(8))}"),
        };
    }
}
