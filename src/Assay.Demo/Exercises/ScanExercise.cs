using System.Globalization;
using System.Text;
using Assay.Evidence;

namespace Assay.Demo.Exercises;

/// <summary>A device looks for Telnet in the world and guesses a neighbour's password.</summary>
internal static class ScanExercise
{
    private static readonly (string User, string Password)[] Tried =
        [("root", "root"), ("admin", "admin"), ("root", "12345"), ("admin", "1234"), ("root", "xc3511"), ("guest", "guest"), ("support", "support"), ("root", "vizxv"), ("user", "user"), ("admin", "password")];

    public static Exercise Of(string seed)
    {
        var seeded = new Seeded(seed, "scan");
        var start = new DateTimeOffset(2026, 3, 1, 6, 0, 0, TimeSpan.Zero).AddMinutes(seeded.Number(200_000));
        var home = new Household(seeded, start);
        var bot = seeded.Of(home.Devices);
        var victim = seeded.Of(home.Devices.Where(d => d != bot).ToList());
        var port = seeded.Of([23, 2323]);
        var hosts = seeded.Between(40, 90);
        var succeeds = seeded.Number(2) == 0;
        var wire = home.Wire;

        home.Ordinary(seeded.Between(8, 14));
        var began = wire.Time;
        var knocks = new HashSet<int>();
        var octets = Enumerable.Range(1, 250).ToList();
        for (var i = 0; i < hosts; i++)
        {
            var octet = octets[seeded.Number(octets.Count)];
            octets.Remove(octet);
            knocks.Add(wire.Knock(bot, Household.Outside("nobody", $"192.0.2.{octet}"), port, refused: seeded.Number(5) == 0));
            wire.Wait(seeded.Between(100, 400));
        }
        home.Ordinary(seeded.Between(1, 3));
        var tries = seeded.Between(11, Tried.Length + 8);
        var guesses = new HashSet<int>();
        var success = 0;
        for (var i = 0; i < tries; i++)
        {
            var (user, password) = Tried[i % Tried.Length];
            var last = i == tries - 1;
            var turns = wire.Tcp(bot, victim, 23,
                ('<', [0xff, 0xfb, 0x01, .. "login: "u8]), ('>', Encoding.ASCII.GetBytes(user + "\r\n")), ('<', "Password: "u8.ToArray()), ('>', Encoding.ASCII.GetBytes(password + "\r\n")),
                ('<', Encoding.ASCII.GetBytes(last && succeeds ? "\r\n~ # " : "\r\nLogin incorrect\r\n")));
            guesses.UnionWith(turns);
            if (last && succeeds) success = turns[^1];
            wire.Wait(seeded.Between(300, 1500));
        }
        home.Ordinary(seeded.Between(4, 9));

        var script = $"/etc/init.d/S{seeded.Between(60, 98)}net";
        var marker = $"/usr/share/.{seeded.Hex(6)}";
        var firmware = Household.Image(bot.Name, "1.0", start.AddDays(-90));
        firmware.Text(script[1..], $"#!/bin/sh\ntelnetd -l /bin/sh -p 2323\ncat {marker} > /dev/null\n", isProgram: true);
        firmware.Text(marker[1..], $"EXERCISE MARKER {seeded.Hex(12)}: inert, it stands where a bot's program would lie\n");
        var (image, files) = firmware.Finish();
        var first = knocks.Min();

        return new Exercise
        {
            Name = "scan",
            Title = "The neighbour who knocks",
            Story = "A provider reports that somebody behind this line looks for open log-in ports. The gateway froze what it saw. The image was read out of the suspected device afterwards.",
            FrozenAt = wire.Time.AddSeconds(5),
            Device = $"{bot.Name} ({bot.Mac})",
            Items = new SortedDictionary<string, (byte[], string)>(StringComparer.Ordinal)
            {
                ["capture.pcap"] = (wire.Pcap(), "frames of the inside link, as the gateway saw them"),
                ["image.bin"] = (image, "the flash memory of the suspected device, read out by its debug port"),
                ["leases.txt"] = (home.Leases(start), "the leases of the DHCP server"),
            },
            Questions =
            [
                new Question { Text = "Which device sends the scan? Give its MAC address.", Kind = AnswerKind.Word, Truth = [bot.Mac], Places = [new Place("capture.pcap") { Frames = knocks }], Because = $"{knocks.Count} SYNs to {hosts} addresses leave {bot.Mac} ({bot.Name} in leases.txt)" },
                new Question { Text = "Which TCP port does the scan look for?", Kind = AnswerKind.Word, Truth = [Text(port)], Places = [new Place("capture.pcap") { Frames = knocks }], Because = $"every SYN of the scan goes to port {port}" },
                new Question { Text = "How many different hosts outside does it knock at?", Kind = AnswerKind.Number, Truth = [Text(hosts)], Places = [new Place("capture.pcap") { Frames = knocks }], Because = $"{hosts} different destinations in 192.0.2.0/24; refusals are answers and do not count" },
                new Question { Text = "When did the scan begin (UTC, RFC 3339)? Cite the frame.", Kind = AnswerKind.Moment, Truth = [EvidenceJson.Time(began)], Places = [new Place("capture.pcap") { Frames = new HashSet<int> { first } }], Because = "the time of its first SYN" },
                new Question { Text = "Whose password does it guess afterwards? Give the IP address.", Kind = AnswerKind.Word, Truth = [victim.Address], Places = [new Place("capture.pcap") { Frames = guesses }], Because = $"{tries} Telnet log-ins of {bot.Address} at {victim.Address}" },
                new Question { Text = "How many log-ins does it try there?", Kind = AnswerKind.Number, Truth = [Text(tries)], Places = [new Place("capture.pcap") { Frames = guesses }], Because = "one connection a try" },
                new Question { Text = "Did it get in (yes or no)?", Kind = AnswerKind.YesNo, Truth = [succeeds ? "yes" : "no"], Places = [new Place("capture.pcap") { Frames = succeeds ? new HashSet<int> { success } : guesses }], Because = succeeds ? "the last answer is a prompt, not a refusal" : "every answer is a refusal", Points = 1 },
                new Question { Text = "Which file of the image opens a way in at each start? Give its path.", Kind = AnswerKind.Word, Truth = [script], Places = [InImage(script, files)], Because = $"{script} starts a Telnet server that gives a shell without a log-in" },
                new Question { Text = "Which file of the image holds the exercise's marker? Give its path.", Kind = AnswerKind.Word, Truth = [marker], Places = [InImage(marker, files)], Because = "its text says so; in earnest a program would lie there" },
            ],
        };
    }

    internal static Place InImage(string path, IReadOnlyDictionary<string, (int Start, int Length)> files) => new("image.bin") { Path = path, Bytes = files[path] };

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
