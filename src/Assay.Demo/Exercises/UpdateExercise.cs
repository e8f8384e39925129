using System.Security.Cryptography;
using System.Text;
using Assay.Evidence;
using static Assay.Demo.Exercises.ScanExercise;

namespace Assay.Demo.Exercises;

/// <summary>An update that the maker never published, from a server that is not the maker's.</summary>
internal static class UpdateExercise
{
    public static Exercise Of(string seed)
    {
        var seeded = new Seeded(seed, "update");
        var start = new DateTimeOffset(2026, 3, 1, 6, 0, 0, TimeSpan.Zero).AddMinutes(seeded.Number(200_000));
        var home = new Household(seeded, start);
        var device = seeded.Of(home.Devices);
        var model = $"{device.Name.ToUpperInvariant()[..3]}-{seeded.Between(100, 900)}";
        var before = $"{seeded.Between(1, 4)}.{seeded.Between(0, 8)}";
        var published = $"{before}.{seeded.Between(1, 3)}";
        var stated = $"{before}.{seeded.Between(4, 9)}";
        var maker = Household.Outside($"update.{device.Name}.example", "203.0.113.10");
        var impostor = Household.Outside(maker.Name, $"192.0.2.{seeded.Between(2, 250)}");
        var wire = home.Wire;

        FirmwareImage Root(string version) => Household.Image(model, version, start.AddDays(-20));
        var (true_, _) = Root(published).Finish();
        var planted = $"/usr/sbin/{seeded.Of(["netd", "syncd", "helperd"])}";
        var script = $"/etc/init.d/S{seeded.Between(60, 98)}{planted[10..]}";
        var changed = Root(stated);
        changed.Text(planted[1..], $"#!/bin/sh\n# EXERCISE MARKER {seeded.Hex(12)}: inert, it stands where a foreign program would lie\n", isProgram: true);
        changed.Text(script[1..], $"#!/bin/sh\n{planted} &\ntelnetd -l /bin/sh\n", isProgram: true);
        var (image, files) = changed.Finish();
        var digest = Convert.ToHexStringLower(SHA256.HashData(image));

        home.Ordinary(seeded.Between(5, 10));
        var checks = new HashSet<int>();
        wire.Dns(device, maker.Name, maker.Address);
        checks.UnionWith(Get(wire, device, maker, "/version", $"{model}/{before}", Encoding.ASCII.GetBytes(before + "\n")));
        home.Ordinary(seeded.Between(4, 9));
        var (_, forged) = wire.Dns(device, maker.Name, impostor.Address, lateAnswer: maker.Address);
        Get(wire, device, impostor, "/version", $"{model}/{before}", Encoding.ASCII.GetBytes(stated + "\n"));
        var at = wire.Time;
        var download = Get(wire, device, impostor, $"/{model.ToLowerInvariant()}.bin", $"{model}/{before}", image);
        home.Ordinary(seeded.Between(3, 6));
        wire.Dns(device, maker.Name, maker.Address);
        var after = Get(wire, device, maker, "/version", $"{model}/{stated}", Encoding.ASCII.GetBytes(published + "\n"));
        home.Ordinary(3);
        var list = $"version  sha256\n{published}    {Convert.ToHexStringLower(SHA256.HashData(true_))}\n";

        return new Exercise
        {
            Name = "update",
            Title = "An update nobody published",
            Story = "A device states a version that its maker does not know. The maker hands in the list of what it published. The gateway froze what it saw; image.bin is what the device holds now.",
            FrozenAt = wire.Time.AddSeconds(5),
            Device = $"{device.Name} {model} ({device.Mac})",
            Items = new SortedDictionary<string, (byte[], string)>(StringComparer.Ordinal)
            {
                ["capture.pcap"] = (wire.Pcap(), "frames of the inside link, as the gateway saw them"),
                ["image.bin"] = (image, "the flash memory of the device, read out by its debug port"),
                ["leases.txt"] = (home.Leases(start), "the leases of the DHCP server"),
                ["published.txt"] = (Encoding.ASCII.GetBytes(list), "versions and digests that the maker says it published"),
            },
            Questions =
            [
                new Question { Text = "Which version did the device state before? Cite a frame.", Kind = AnswerKind.Word, Truth = [before], Places = [new Place("capture.pcap") { Frames = checks }], Because = "its User-Agent when it asks for updates" },
                new Question { Text = "Which version does it state afterwards? Cite a frame.", Kind = AnswerKind.Word, Truth = [stated], Places = [new Place("capture.pcap") { Frames = after.ToHashSet() }], Because = "its User-Agent in the last query" },
                new Question { Text = "Did the maker publish that version (yes or no)?", Kind = AnswerKind.YesNo, Truth = ["no"], Places = [new Place("published.txt")], Because = $"published.txt lists {published} alone", Points = 1 },
                new Question { Text = "From which IP address did the update come?", Kind = AnswerKind.Word, Truth = [impostor.Address], Places = [new Place("capture.pcap") { Frames = download.ToHashSet() }, new Place("capture.pcap") { Frames = new HashSet<int> { forged } }], Because = $"the maker's server is {maker.Address}; the download comes from {impostor.Address}" },
                new Question { Text = "Which frame led the device there? Give its number.", Kind = AnswerKind.Word, Truth = [Text(forged)], Places = [new Place("capture.pcap") { Frames = new HashSet<int> { forged } }], Because = "a first answer with a foreign address; the true one came too late" },
                new Question { Text = "When did the download begin (UTC, RFC 3339)?", Kind = AnswerKind.Moment, Truth = [EvidenceJson.Time(at)], Places = [new Place("capture.pcap") { Frames = download.ToHashSet() }], Because = "the SYN of the connection that carries it" },
                new Question { Text = "What is the SHA-256 of the image that came?", Kind = AnswerKind.Word, Truth = [digest], Places = [new Place("capture.pcap") { Frames = download.ToHashSet() }, new Place("image.bin")], Because = "the body of the answer is image.bin, byte for byte" },
                new Question { Text = "Which files of the image are foreign? Give all paths.", Kind = AnswerKind.Words, Truth = [planted, script], Places = [InImage(planted, files), InImage(script, files)], Because = $"{script} starts {planted}, and a Telnet server that gives a shell" },
            ],
        };
    }

    private static IReadOnlyList<int> Get(Wire wire, Host client, Host server, string path, string agent, byte[] body) => wire.Tcp(client, server, 80,
        ('>', Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server.Name}\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n")),
        ('<', [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body]));
}
