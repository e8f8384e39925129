using System.Text;
using Assay.Tests;

namespace Assay.Assessment.Tests.Mutation;

/// <summary>
/// The papers of one product as its maker would write them, read from <c>HeldOut/SET/NAME.txt</c>: a head line, lines of the conformance statement,
/// conditions, and a line per row of the detail tables with its cells parted by " | ". These were written by someone who had not seen the checks.
/// </summary>
internal sealed record HeldOutTelling
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "tests", "Assay.Assessment", "Mutation", "HeldOut");

    private static readonly (string Prefix, string Table, string[] Fields)[] Tables =
    [
        ("AuthMech", "1-AuthMech", ["Description", "Target", "Network Interface Proximity", "Default Status", "Authentication Factor", "Password Generation Mechanism", "Security Guarantees", "Cryptographic Details", "Brute Force Prevention"]),
        ("UserInfo", "2-UserInfo", ["Documentation of Change Mechanisms", "Documentation of Replacement", "Documentation of Sensors", "Documentation of Secure Setup", "Documentation of Setup Check", "Documentation of Personal Data", "Documentation of Telemetry Data", "Documentation of Deletion", "Model Designation", "Support Period", "Publication of Support Period", "Publication of Vulnerability Disclosure Policy", "Publication of Non-Updatable"]),
        ("VulnTypes", "3-VulnTypes", ["Description", "Action", "Time Frame"]),
        ("Conf", "4-Conf", ["Confirmation of Vulnerability Actions", "Confirmation of Vulnerability Monitoring", "Confirmation of Update Procedures", "Confirmation of Secure Management", "Confirmation of Secure Development"]),
        ("VulnMon", "5-VulnMon", ["Description"]),
        ("SoftComp", "6-SoftComp", ["Description", "Update Mechanism", "Cryptographic Usage"]),
        ("UpdMech", "7-UpdMech", ["Description", "Security Guarantees", "Cryptographic Details", "Initiation and Interaction", "Configuration", "Update Checking", "User Notification"]),
        ("UpdProc", "8-UpdProc", ["Description", "Time Frame"]),
        ("ReplSup", "9-ReplSup", ["Isolation", "Hardware Replacement"]),
        ("SecParam", "10-SecParam", ["Description", "Type", "Security Guarantees", "Protection Scheme", "Provisioning Mechanism", "Secure Communication Mechanisms", "Generation Mechanism"]),
        ("ComMech", "11-ComMech", ["Description", "Interface", "Security Guarantees", "Cryptographic Details"]),
        ("NetSecImpl", "12-NetSecImpl", ["Description", "Review/Evaluation Method", "Report"]),
        ("SoftServ", "13-SoftServ", ["Description", "Status", "Justification", "Allows Configuration", "Authentication Mechanism"]),
        ("SecMgmt", "14-SecMgmt", ["Description"]),
        ("Intf", "15-Intf", ["Description", "Type", "Status", "Debug Interface", "Protection", "Disclosed Information"]),
        ("CodeMin", "16-CodeMin", ["Description"]),
        ("PrivlCtrl", "17-PrivlCtrl", ["Description"]),
        ("AccCtrl", "18-AccCtrl", ["Description"]),
        ("SecDev", "19-SecDev", ["Description"]),
        ("SecBoot", "20-SecBoot", ["Description", "Security Guarantees", "Detection Mechanisms", "User Notification", "Notification Functionality"]),
        ("PersData", "21-PersData", ["Description", "Processing Activities", "Purpose", "Secure Communication Mechanisms", "Sensitive", "Obtaining Consent", "Withdrawing Consent", "Authorized Parties"]),
        ("ExtSens", "22-ExtSens", ["Description"]),
        ("ResMech", "23-ResMech", ["Description", "Type", "Security Guarantees"]),
        ("TelData", "24-TelData", ["Description", "Purpose", "Security Examination", "Personal Data"]),
        ("DelFunc", "25-DelFunc", ["Description", "Target Type", "Initiation and Interaction", "Confirmation"]),
        ("UserDec", "26-UserDec", ["Description", "Triggered By", "Options", "Default"]),
        ("UserIntf", "27-UserIntf", ["Description", "Type"]),
        ("ExtAPI", "28-ExtAPI", ["Description", "Access", "Status", "Disclosed Information", "Resilience Measures"]),
        ("InpVal", "29-InpVal", ["Description", "Source", "Format and Structure Rules", "Handling Unexpected Data"]),
    ];

    private static readonly string[] Conditions =
    [
        "passwords yes", "presetPasswords no", "notUpdateable no", "constrained no", "telemetry yes", "consent yes", "userAuthentication yes", "automaticUpdates yes", "updateNotifications yes",
        "hardCodedIdentity no", "networkUpdates yes", "updateMechanism yes", "debugInterface yes",
    ];

    public required string Name { get; init; }
    /// <summary>Maker, model, version, category.</summary>
    public required string[] Head { get; init; }
    /// <summary>Lines of the conformance statement that are no plain yes: provision, support, reason.</summary>
    public required string[] Claims { get; init; }
    public required string[] Answers { get; init; }
    public required (string Id, string[] Cells)[] Rows { get; init; }

    public static IReadOnlyList<HeldOutTelling> All(string set) => [.. Directory.GetFiles(Path.Combine(Folder, set), "*.txt").Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The faults of a set that change papers, as their file tells them.</summary>
    public static IEnumerable<HeldOutFault> Faults(string set)
    {
        var tellings = All(set).ToDictionary(t => t.Name);
        foreach (var line in File.ReadLines(Path.Combine(Folder, set, "faults.tsv")).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var parts = line.Split(" | ", 4);
            yield return new($"{parts[0]}: {parts[1].TrimStart('!')}", "paper", parts[2].Split(", "),
                () => parts[3].Split(";;", StringSplitOptions.TrimEntries).Aggregate(tellings[parts[0]], (telling, change) => telling.With(change)).Dossier(), parts[1][0] == '!');
        }
    }

    private static HeldOutTelling Read(string file)
    {
        var lines = File.ReadAllLines(file);
        var rows = lines.Skip(1).Where(l => char.IsUpper(l[0])).Select(Row).ToArray();
        return new()
        {
            Name = Path.GetFileNameWithoutExtension(file),
            Head = lines[0].TrimStart('#', ' ').Split(" | "),
            Claims = [.. lines.Skip(1).Where(l => char.IsDigit(l[0]))],
            Answers = [.. lines.Where(l => l.StartsWith("condition ", StringComparison.Ordinal)).Select(l => l["condition ".Length..])],
            Rows = rows,
        };
    }

    private static (string, string[]) Row(string line)
    {
        var cells = line.Split(" | ");
        var fields = Fields(cells[0]);
        Assert.True(cells.Length - 1 <= fields.Length, $"{cells[0]} has {cells.Length - 1} cells of {fields.Length}: {line}");
        return (cells[0], [.. cells[1..], .. Enumerable.Repeat("", fields.Length - cells.Length + 1)]);
    }

    private static string[] Fields(string row) => Tables.Single(t => t.Prefix == row.Split('-')[0]).Fields;

    /// <summary><c>Row.Field = value</c>, <c>+Row | cells</c>, <c>-Row</c>, <c>ics PROVISION SUPPORT REASON</c> or <c>condition FACT ANSWER</c>.</summary>
    private HeldOutTelling With(string change)
    {
        if (change.StartsWith("ics ", StringComparison.Ordinal))
        {
            var claim = change["ics ".Length..];
            return this with { Claims = [.. Claims.Where(c => c.Split(' ')[0] != claim.Split(' ')[0]), claim] };
        }
        if (change.StartsWith("condition ", StringComparison.Ordinal))
        {
            var answer = change["condition ".Length..];
            return this with { Answers = [.. Answers.Where(a => a.Split(' ')[0] != answer.Split(' ')[0]), answer] };
        }
        if (change[0] == '+') return this with { Rows = [.. Rows, Row(change[1..])] };
        if (change[0] == '-')
        {
            Assert.Contains(Rows, r => r.Id == change[1..]);
            return this with { Rows = [.. Rows.Where(r => r.Id != change[1..])] };
        }
        var cut = change.IndexOf('.', StringComparison.Ordinal);
        var equals = change.IndexOf(" =", StringComparison.Ordinal);
        var (row, field, value) = (change[..cut], change[(cut + 1)..equals], change[(equals + 2)..].Trim());
        var at = Array.IndexOf(Fields(row), field);
        Assert.True(at >= 0 && Rows.Any(r => r.Id == row), $"{Name} has no {row}, {field}");
        return this with { Rows = [.. Rows.Select(r => r.Id == row ? (r.Id, [.. r.Cells[..at], value, .. r.Cells[(at + 1)..]]) : r)] };
    }

    /// <summary>As files in a folder: YAML, and for every third product the tables with rows as Markdown.</summary>
    public HonestDossier Dossier()
    {
        var markdown = Name.Length % 3 == 0;
        var sheet = $"maker: {Quoted(Head[0])}\nmodel: {Quoted(Head[1])}\nversions: [{Quoted(Head[2])}]\ncategory: {Quoted(Head[3])}\n";
        var about = $"maker: {Quoted(Head[0])}\nmodel: {Quoted(Head[1])}\nversion: {Quoted(Head[2])}\n\n";
        var ics = new StringBuilder(about).Append("conditions:\n");
        foreach (var condition in Conditions)
        {
            var fact = condition.Split(' ')[0];
            ics.Append($"  {(Answers.FirstOrDefault(a => a.Split(' ')[0] == fact) ?? condition).Replace(" ", ": ", StringComparison.Ordinal)}\n");
        }
        ics.Append("\nics:\n");
        foreach (var provision in Provisions.Value)
        {
            var claim = Claims.FirstOrDefault(c => c.Split(' ')[0] == provision)?.Split(' ', 3);
            ics.Append(claim is null || claim.Length < 3 ? $"  {provision}: {claim?[1] ?? "yes"}\n" : $"  {provision}:\n    support: {claim[1]}\n    justification: {Quoted(claim[2])}\n");
        }
        var ixit = new StringBuilder(about).Append("ixit:\n");
        var pages = new StringBuilder($"# Detail tables of {Head[1]}\n");
        foreach (var (prefix, table, fields) in Tables)
        {
            var rows = Rows.Where(r => r.Id.Split('-')[0] == prefix).ToArray();
            if (rows.Length == 0) continue;
            if (rows is [var record] && record.Id == prefix)
            {
                ixit.Append($"  {table}:\n");
                foreach (var (field, cell) in fields.Zip(record.Cells).Where(f => f.Second.Length > 0)) ixit.Append($"    {field}: {Quoted(cell)}\n");
            }
            else if (markdown)
            {
                pages.Append($"\n## IXIT {table}\n\n| ID | {string.Join(" | ", fields)} |\n|---|{string.Concat(fields.Select(_ => "---|"))}\n");
                foreach (var (id, cells) in rows) pages.Append($"| {id} | {string.Join(" | ", cells)} |\n");
            }
            else
            {
                ixit.Append($"  {table}:\n");
                foreach (var (id, cells) in rows)
                {
                    ixit.Append($"    - id: {id}\n");
                    foreach (var (field, cell) in fields.Zip(cells).Where(f => f.Second.Length > 0)) ixit.Append($"      {field}: {Quoted(cell)}\n");
                }
            }
        }
        var parts = new Dictionary<string, byte[]>
        {
            [HonestDossier.Sheet] = Encoding.UTF8.GetBytes(sheet),
            [HonestDossier.Ics] = Encoding.UTF8.GetBytes(ics.ToString()),
            [HonestDossier.Ixit] = Encoding.UTF8.GetBytes(ixit.ToString()),
        };
        if (markdown) parts["declaration/tables.md"] = Encoding.UTF8.GetBytes(pages.ToString());
        return new HonestDossier { Parts = parts };
    }

    private static readonly Lazy<string[]> Provisions = new(() => [.. HonestDossier.Of(0).Text(HonestDossier.Ics).Split('\n').SkipWhile(l => l != "ics:").Skip(1)
        .Where(l => l.StartsWith("  ", StringComparison.Ordinal) && !l.StartsWith("   ", StringComparison.Ordinal) && l.Contains(':', StringComparison.Ordinal)).Select(l => l.Trim().Split(':')[0].Trim('"'))]);

    private static string Quoted(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}

/// <summary>One fault that nobody tuned a check to.</summary>
/// <param name="Contradiction">Papers contradict each other: the unit has to be disputed, a refutation would be a misjudgement.</param>
internal sealed record HeldOutFault(string Name, string Where, string[] Units, Func<HonestDossier> Dossier, bool Contradiction = false);
