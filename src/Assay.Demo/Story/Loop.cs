using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.CommandLine;
using Assay.Demo.Home;
using Assay.Evidence;

namespace Assay.Demo.Story;

/// <summary>
/// The story itself, from an assessment to the notices after an incident. It touches nothing inside: it runs the published programs with the words a person
/// would use, calls the registry as its people do, tells the doorbell what to do, and looks at what came of it.
/// </summary>
internal sealed class Loop(Run run, Narrator tell, TimeProvider time, bool packets, string? pages)
{
    private readonly Programs programs = new(run);
    private readonly Dictionary<string, string> keys = new(StringComparer.Ordinal);
    private House? house;
    private Part? doorbell, internet;
    private Office? office;
    private GuardEye? eye;
    private string labelId = "";
    private string? caseId;
    private Peak? registryPeak, guardPeak;

    private Space? Registry => house?.Registry;
    private Office At => office!;

    public void Tell()
    {
        Build();
        Open();
        Assess();
        Label();
        if (packets)
        {
            Guard();
            Limit();
        }
        Advisory();
        Suspend();
        if (packets) Update();
        Needed();
        if (packets)
        {
            Bot();
            Incident();
            Evidence();
        }
        Notices();
        Log();
        Promised("registry's memory at its highest", registryPeak!.Megabytes, 150, "0 MB");
        if (packets) Promised("guard's memory at its highest", guardPeak!.Megabytes, 40, "0 MB");
    }

    private void Build()
    {
        if (!packets)
        {
            tell.Chapter("Without packets");
            tell.Step("build", true, "not root, told so, or on a machine that lets root make no network namespaces: the registry answers on loopback, and everything is told but what happens on a network (no doorbell, no guard, no freeze)");
            return;
        }
        tell.Chapter("A home");
        house = new House(run);
        Leases.Serve(run, house.Gateway);
        internet = new Part(run, house.Internet, "internet");
        internet.Answer();
        doorbell = new Part(run, house.Door, "doorbell");
        tell.Step("build", true, $"a doorbell, a gateway, the Internet and a registry, each in a network namespace of its own ({Space.Prefix}{run.Id}-…); no link leads out",
            ("run", run.Id), ("folder", run.Folder), ("door", house.Door.Name), ("gateway", house.Gateway.Name), ("internet", house.Internet.Name), ("registry", house.Registry.Name));
    }

    private void Open()
    {
        tell.Chapter("A registry");
        var listen = packets ? $"http://{Plan.Registry}:8080" : "http://127.0.0.1:0";
        var watch = Stopwatch.StartNew();
        var server = programs.Serve(Registry, "--folder", run.File("registry"), "--listen", listen);
        string? address = null, first = null;
        while ((address is null || first is null) && server.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("listening on ", StringComparison.Ordinal)) address = line["listening on ".Length..].Trim();
            if (line.StartsWith("first administrator", StringComparison.Ordinal)) first = line[line.IndexOf("http", StringComparison.Ordinal)..].Trim();
        }
        if (address is null || first is null) throw new HomeException("the registry did not say where it listens");
        var ready = watch.Elapsed;
        registryPeak = new Peak(server);
        Promised("registry's start to its answer", ready.TotalSeconds, 1.5, "0.00 s");
        office = new Office(new Uri(address), Registry);
        var start = At.Post(new Uri(first).AbsolutePath, null, json => json.WriteString("name", "A. Example"));
        keys["administrator"] = start.Ok ? start.Json.GetProperty("key").GetString()! : "";
        foreach (var (role, name) in new[] { ("assessor", "B. Example"), ("authority", "C. Example"), ("csirt", "D. Example") })
        {
            var made = At.Post("api/people", keys["administrator"], json =>
            {
                json.WriteString("name", name);
                json.WriteStartArray("roles");
                json.WriteStringValue(role);
                json.WriteEndArray();
            });
            keys[role] = made.Ok ? made.Json.GetProperty("key").GetString()! : "";
        }
        var again = At.Post(new Uri(first).AbsolutePath, null, json => json.WriteString("name", "Somebody else"));
        tell.Step("registry", start.Ok && keys.Values.All(k => k.Length > 0) && !again.Ok,
            $"it answers at {address} after {ready.TotalSeconds:0.00} s; its one-time link made the first administrator and then no more; an assessor, an authority and a CSIRT have keys",
            ("address", address), ("readyMilliseconds", ready.TotalMilliseconds));
    }

    private void Assess()
    {
        tell.Chapter("Doorbell EDB-100 1.1 is assessed");
        var dossier = run.File("doorbell-1.1");
        Papers.Dossier(dossier);
        var watch = Stopwatch.StartNew();
        var assessed = programs.Assay(null, "assess", dossier, "-o", run.File("assessment"), "--quiet");
        tell.Step("assess", assessed.Exit is Exit.Done or Exit.No && File.Exists(run.File("assessment/statement.cose")),
            $"image, captures, papers and bill of materials were examined in {watch.Elapsed.TotalSeconds:0.0} s: {Lines(assessed.Output).FirstOrDefault(l => l.Contains("level", StringComparison.OrdinalIgnoreCase)) ?? "a statement is written"}",
            ("statement", run.File("assessment/statement.cose")));
        var decided = programs.Assay(null, "label", "decide", run.File("assessment/statement.cose"), "--level", "1", "--from", "1.1", "--by", "E. Example", "--role", "head of office", "-o", run.File("decision.cose"));
        tell.Step("decide", decided.Exit == Exit.Done, $"another person with another key decides: {Lines(decided.Output).FirstOrDefault() ?? decided.Error.Trim()}");
    }

    private void Label()
    {
        var trust = Trust();
        var trusted = At.Post("api/trust", keys["administrator"], trust, "application/json");
        if (!trusted.Ok) throw new HomeException($"the registry does not take whose statements count: {trusted.Text}");
        File.WriteAllBytes(run.File("trust.json"), At.Get("trust.json").Bytes);
        File.WriteAllText(run.File("assessor.key"), keys["assessor"] + "\n");
        var issued = programs.Assay(Registry, "label", "issue", run.File("assessment/statement.cose"), run.File("decision.cose"), "--registry", At.Address.ToString(), "--as", run.File("assessor.key"),
            "--sbom", run.File("assessment/sbom.cdx.json"), "--update-host", Plan.Update, "-o", run.File("labels"));
        if (issued.Exit != Exit.Done) throw new HomeException($"no label was issued: {issued.Error}{issued.Output}");
        labelId = At.Get($"api/labels?q={Plan.Model}").Json.GetProperty("labels")[0].GetProperty("id").GetString()!;
        tell.Step("label", Page("inForce"), $"the registry issued label {labelId}, entered it in its log first, and shows it at {At.Address}labels/{labelId}",
            ("label", labelId), ("page", $"{At.Address}labels/{labelId}"), ("state", "inForce"), ("hallmark", run.File("labels/hallmark.cose")));
        var verified = programs.Assay(Registry, "label", "verify", run.File("labels/hallmark.cose"), "--registry", At.Address.ToString(), "--trust", run.File("trust.json"));
        const string InForce = "in force as of";
        var held = verified.Exit == Exit.Done && verified.Output.Contains(InForce, StringComparison.Ordinal);
        tell.Step("verify", held, $"a shop checks the box against the registry's signed lists: {(held ? verified.Output[verified.Output.IndexOf(InForce, StringComparison.Ordinal)..].Split('\n')[0] : verified.Error.Trim())}");
    }

    // Whose statements and decisions the registry takes: the two development keys that assess and decide have just made.
    private byte[] Trust()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay/trust/1");
            json.WriteStartArray("issuers");
            foreach (var role in new[] { "assessor", "decision" })
            {
                using var key = System.Security.Cryptography.ECDsa.Create();
                key.ImportFromPem(File.ReadAllText(run.File($"config/keys/{role}.pem")));
                json.WriteStartObject();
                json.WriteString("name", role == "assessor" ? "Example laboratory" : "Example office");
                json.WriteString("kind", "test");
                json.WriteStartArray("roles");
                json.WriteStringValue(role);
                json.WriteEndArray();
                json.WriteString("key", key.ExportSubjectPublicKeyInfoPem() + "\n");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private void Guard()
    {
        tell.Chapter("A gateway with a guard");
        var enrolment = At.Post("api/enrolments", keys["administrator"], json => json.WriteString("name", "gateway of the demo"));
        Papers.Mud(run.File("edb-100.json"), run.File("maker.pem"), time.GetUtcNow());
        Papers.Investigator(run.File("investigator.key"), run.File("investigator.pem"), time.GetUtcNow());
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"""
            folder: {run.File("guard")}
            inside: [{Plan.Inside}]
            outside: {Plan.Outside}
            leases: {Leases.File(run)}
            names: {"{"} listen: {Plan.Gateway}, port: 53, upstream: [{Plan.Resolver}] {"}"}
            registry:
              address: "{At.Address}"
              consent: true

            """);
        if (enrolment.Ok) yaml.Append(CultureInfo.InvariantCulture, $"  enrolment: {enrolment.Json.GetProperty("token").GetString()}\n");
        yaml.Append(CultureInfo.InvariantCulture, $"""
            trust: [{run.File("trust.json")}]
            labels: [{run.File("labels")}]
            devices:
              - mac: {Plan.Mac}
                name: doorbell at the front door
                label: {run.File("labels/hallmark.cose")}
                mud: {run.File("edb-100.json")}
                mudSigner: {run.File("maker.pem")}
                updates: [{Plan.Update}]

            """);
        File.WriteAllText(run.File("guard.yaml"), yaml.ToString());
        var watch = Stopwatch.StartNew();
        var guard = programs.GuardRun(house!.Gateway, "run", "--config", run.File("guard.yaml"));
        string? line;
        do line = guard.StandardOutput.ReadLine();
        while (line is not null && !line.StartsWith("guarding ", StringComparison.Ordinal));
        if (line is null) throw new HomeException("the guard ended before it guarded");
        var ready = watch.Elapsed;
        guardPeak = new Peak(guard);
        tell.Measured(new Figure("guard's start to guarding", $"{ready.TotalMilliseconds:0} ms", null, true));
        // Its further lines are for whoever watches it; nobody reads them here, and a full pipe would stop it.
        new Thread(() => guard.StandardOutput.ReadToEnd()) { IsBackground = true }.Start();
        eye = new GuardEye(programs, house.Gateway, run.File("guard.yaml"));
        tell.Step("guard", true, $"{line}, {ready.TotalMilliseconds:0} ms after its start: the rules are in the kernel before anything else passes", ("config", run.File("guard.yaml")), ("guardProcess", (long)guard.Id));

        var before = eye.Until(v => v.Action == "heal", 10);
        tell.Step("new", before?.Action == "heal", $"its owner has handed the gateway the doorbell's label and MUD file. Nobody has seen the doorbell yet, so its label is no more than claimed: {before}", ("action", before?.Action ?? ""));
        var start = doorbell!.Ask("start 1.1");
        doorbell.Ask("announce");
        doorbell.Ask("clock");
        var check = doorbell.Ask("check");
        var narrow = eye.Until(v => v.Action == "narrow", 15);
        tell.Step("observed", narrow?.Action == "narrow" && Ok(start) && Ok(check),
            $"it asks for an address and states model and version in DHCP, mDNS and HTTP, as its label says, and its update host answers it{(Ok(check) ? "" : $" (it did not: {Why(check)})")}: {narrow}", ("action", narrow?.Action ?? ""), ("binding", narrow?.Binding ?? ""));
    }

    private void Limit()
    {
        var stream = doorbell!.Ask("stream");
        Thread.Sleep(400);
        var streamed = doorbell.Ask("streamed");
        var dropped = eye!.Dropped();
        var literal = doorbell.Ask($"try {Plan.Foreign} 443");
        var named = doorbell.Ask($"try {Plan.ForeignName} 443");
        var cloud = internet!.Ask("cloud");
        var refused = eye.Dropped() - dropped;
        tell.Step("limited", Ok(stream) && streamed.GetProperty("bytes").GetInt64() > 0 && !Ok(literal) && !Ok(named) && cloud.GetProperty("foreign").GetInt64() == 0 && refused > 0,
            $"it streams from its cloud ({(Ok(stream) ? $"{streamed.GetProperty("bytes").GetInt64() / 1024} KiB so far" : Why(stream))}). Tried: a foreign host by address ({Why(literal)}) and by name ({Why(named)}); {refused} packets dropped, none arrived",
            ("dropped", refused), ("foreignArrived", cloud.GetProperty("foreign").GetInt64()));
    }

    private void Advisory()
    {
        tell.Chapter("A known-exploited vulnerability arrives");
        var now = time.GetUtcNow();
        File.WriteAllBytes(run.File("osv.json"), Papers.Osv(now));
        File.WriteAllBytes(run.File("kev.json"), Papers.Kev(now));
        var kevFirst = At.Post("api/advisories?name=kev.json", keys["csirt"], File.ReadAllBytes(run.File("kev.json")), "application/json");
        var untouched = State();
        tell.Step("candidate", kevFirst.Ok && untouched == "inForce", $"the list of exploited vulnerabilities names {Papers.Vulnerability} in edb-updater, without versions: a candidate for a person to look at; the label stays as it was ({untouched})");
        var begun = time.GetUtcNow();
        var import = At.Post("api/advisories?name=osv.json", keys["csirt"], File.ReadAllBytes(run.File("osv.json")), "application/json");
        var imported = time.GetUtcNow();
        var state = State();
        caseId = FindCase(import) ?? FindCase(kevFirst);
        tell.Step("case", Page("underReview") && import.Ok && caseId is not null && state == "underReview",
            $"its versions arrive: edb-updater 1.1-1 of the label's inventory is before 1.2-1. Case {caseId} is open, and the label is {Words(state)} by itself; nobody was asked", ("case", caseId ?? ""), ("state", state), ("label", labelId));
        var signed = (imported - begun).TotalSeconds;
        tell.Measured(new Figure("import begun to signed notice", $"{signed:0.00} s", "2 s", signed < 2 && state == "underReview"));
        if (!packets) return;
        var view = eye!.Until(v => v.Status == "underReview", 10);
        var took = view is null ? double.PositiveInfinity : Math.Max(0, (view.Since - imported).TotalSeconds);
        var seen = (time.GetUtcNow() - imported).TotalSeconds;
        // A change of status that changes no action leaves the guard's `since` where it was; then what we saw counts.
        if (view is not null && view.Since < imported) took = seen;
        tell.Step("notice", view?.Status == "underReview", $"the gateway knows, at most {took:0.00} s after the import ended: {view}", ("seconds", took));
        tell.Measured(new Figure("import ended to notice on the gateway", $"{took:0.00} s", "2 s", took < 2 && view?.Status == "underReview"));
    }

    private void Suspend()
    {
        tell.Chapter("A person decides");
        var aware = At.Post($"api/cases/{caseId}/aware", keys["csirt"], json =>
        {
            json.WriteString("since", EvidenceJson.Time(time.GetUtcNow()));
            json.WriteString("reason", "edb-updater 1.1-1 is in the image that was assessed, and it runs at every start");
        });
        tell.Step("aware", aware.Ok, aware.Ok ? "D. Example (CSIRT) states awareness with a reason: the maker's clocks of 24 and 72 hours begin now" : $"awareness was refused: {aware.Text}");
        if (packets)
        {
            var running = doorbell!.Ask("streamed");
            tell.Step("running", running.GetProperty("bytes").GetInt64() > 0, $"the doorbell still streams: {running.GetProperty("bytes").GetInt64() / 1024} KiB");
        }
        var asked = Doorbell.Microseconds(time);
        var suspended = Decide("suspend", "a server's text reaches a shell in every version before 1.2", "/usr/sbin/updater of the image that was assessed");
        var answered = (Doorbell.Microseconds(time) - asked) / 1e6;
        tell.Step("suspend", suspended.Ok && State() == "suspended", suspended.Ok ? $"C. Example (authority) suspends the label for versions below 1.2, with reasons, a day to look again and a way to object; signed, logged and answered in {answered:0.00} s" : $"the suspension was refused: {suspended.Text}",
            ("state", State()), ("label", labelId));
        tell.Measured(new Figure("suspension asked for to signed list", $"{answered:0.00} s", "1 s", suspended.Ok && answered < 1));
        Page("suspended");
        if (!packets) return;

        // The first ping that never reached the cloud is the first packet that was dropped.
        long last = -1;
        var quiet = Stopwatch.StartNew();
        var whole = Stopwatch.StartNew();
        while (quiet.ElapsedMilliseconds < 500 && whole.Elapsed.TotalSeconds < 10)
        {
            var now = internet!.Ask("cloud").GetProperty("pings").GetInt64();
            if (now != last) quiet.Restart();
            last = now;
            Thread.Sleep(20);
        }
        var first = doorbell!.Ask($"ping {last + 1}");
        var took = Ok(first) ? (first.GetProperty("at").GetInt64() - asked) / 1e6 : double.PositiveInfinity;
        var view = eye!.Until(v => v.Action == "heal", 5);
        var bytes = doorbell.Ask("streamed").GetProperty("bytes").GetInt64();
        Thread.Sleep(600);
        var later = doorbell.Ask("streamed").GetProperty("bytes").GetInt64();
        var counters = eye.Counters();
        tell.Step("stopped", view?.Action == "heal" && later == bytes && Ok(first),
            $"its stream stopped in the middle of a live connection, {took:0.000} s after the suspension was asked for; {eye.Dropped()} packets dropped so far. {view}",
            ("seconds", took), ("dropped", eye.Dropped()), ("healed", counters.GetValueOrDefault("healed")));
        tell.Measured(new Figure("suspension asked for to first drop", $"{took:0.000} s", "1 s", took < 1));
        var update = doorbell.Ask("update");
        var expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Internet.UpdateImage()));
        tell.Step("update", Ok(update) && update.GetProperty("sha256").GetString() == expected,
            Ok(update) ? $"meanwhile the update passes: {update.GetProperty("bytes").GetInt64() / 1024} KiB from {Plan.Update} in {update.GetProperty("milliseconds").GetInt64()} ms, digest as published" : $"the update did not pass: {Why(update)}",
            ("bytes", Ok(update) ? update.GetProperty("bytes").GetInt64() : 0L));
    }

    private Office.Reply Decide(string kind, string reason, string? evidence) => At.Post($"api/cases/{caseId}/decision", keys["authority"], json =>
    {
        json.WriteString("decision", kind);
        json.WriteString("updateBelow", "1.2");
        json.WriteString("reason", reason);
        json.WriteString("role", "market surveillance authority");
        json.WriteString("lookAgain", time.GetUtcNow().AddDays(14).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteString("objection", "write to objections@office.example within four weeks");
        if (evidence is not null) json.WriteString("evidence", evidence);
    });

    private void Update()
    {
        tell.Chapter("The doorbell runs 1.2");
        doorbell!.Ask("start 1.2");
        doorbell.Ask("announce");
        doorbell.Ask("check");
        var begun = time.GetUtcNow();
        var view = eye!.Until(v => v.Action == "narrow", 15);
        var took = view is null ? 0 : Math.Max(0, (time.GetUtcNow() - begun).TotalSeconds);
        var stream = doorbell.Ask("stream");
        Thread.Sleep(400);
        var bytes = doorbell.Ask("streamed").GetProperty("bytes").GetInt64();
        tell.Step("widened", view?.Action == "narrow" && Ok(stream) && bytes > 0, $"it states 1.2, the suspension speaks of versions below 1.2: widened within {took:0.0} s, and it streams again. {view}", ("version", view?.Version ?? ""), ("action", view?.Action ?? ""));
        tell.Measured(new Figure("1.2 stated to widened", $"{took:0.0} s", null, true));
    }

    private void Needed()
    {
        var decided = Decide("updateNeeded", "1.2 mends it and every update host has it", null);
        tell.Step("needed", decided.Ok && State() == "updateNeeded" && Page("updateNeeded"), decided.Ok ? "the maker's 1.2 is out everywhere: C. Example ends the suspension, the label says `update needed below 1.2`, its page tells people to update" : $"the decision was refused: {decided.Text}", ("state", State()));
    }

    private void Bot()
    {
        tell.Chapter("Then it turns into a bot");
        var before = eye!.Counters();
        var begun = time.GetUtcNow();
        var bot = Task.Run(() => doorbell!.Ask("bot 100 25"));
        var view = eye.Until(v => v.Action == "cut", 20);
        bot.Wait();
        var took = view is null ? double.PositiveInfinity : (view.Since - begun).TotalSeconds;
        var dropped = eye.Counters().Sum(c => c.Value) - before.Sum(c => c.Value);
        var clock = doorbell!.Ask("clock");
        tell.Step("cut", view?.Action == "cut" && !Ok(clock), $"it knocks at Telnet on 100 hosts. The guard sees it and cuts it {took:0.0} s after the first: {view}. {dropped} packets dropped, not even its clock answers now", ("seconds", took), ("dropped", dropped));
        tell.Measured(new Figure("first knock to cut", $"{took:0.0} s", null, true));
    }

    private void Evidence()
    {
        tell.Chapter("Evidence is kept");
        var frozen = run.File("doorbell.freeze");
        var watch = Stopwatch.StartNew();
        var freeze = programs.Guard(house!.Gateway, "freeze", Plan.Mac, "--config", run.File("guard.yaml"), "--to", run.File("investigator.pem"), "-o", frozen,
            "--by", "F. Example", "--authority", "keeper of this network", "--reason", "attack traffic from the doorbell");
        var took = watch.Elapsed.TotalSeconds;
        tell.Step("freeze", freeze.Exit == Exit.Done && File.Exists(frozen), freeze.Exit == Exit.Done
            ? $"capture, connections, leases, names, rules, label and log are sealed for one recipient in {took:0.0} s: {new FileInfo(frozen).Length / 1024} KiB"
            : $"the freeze failed: {freeze.Error.Trim()}", ("file", frozen), ("key", run.File("investigator.key")), ("recipient", run.File("investigator.pem")), ("signer", run.File("guard/gateway.pem")));
        var check = programs.Assay(null, "custody", "verify", frozen, "--key", run.File("investigator.key"), "--recipient", run.File("investigator.pem"), "--signer", run.File("guard/gateway.pem"), "--format", "json");
        var whole = check.Exit == Exit.Done && Programs.Json(check).GetProperty("whole").GetBoolean();
        tell.Step("custody", whole, whole ? $"elsewhere, the recipient opens it: whole, {Programs.Json(check).GetProperty("items").GetArrayLength()} items, signed by the gateway" : $"it is not whole: {check.Error}{check.Output}");
        tell.Measured(new Figure("order to sealed evidence", $"{took:0.0} s", null, true));
    }

    private void Notices()
    {
        tell.Chapter("Others are told");
        var published = At.Post($"api/cases/{caseId}/publish", keys["csirt"], json =>
        {
            json.WriteString("tlp", "TLP:CLEAR");
            json.WriteString("summary", "The update is out");
        });
        var kinds = published.Ok ? published.Json.GetProperty("publications").EnumerateArray().Select(p => p.GetProperty("kind").GetString()!).Distinct().ToList() : [];
        tell.Step("publish", published.Ok && kinds.Contains("csaf") && kinds.Contains("stix"), published.Ok ? $"D. Example publishes the case to everybody: {string.Join(", ", kinds)}" : $"nothing was published: {published.Text}");
        var notice = At.Get($"notice/{caseId}.txt");
        tell.Step("user", notice.Ok && notice.Text.Contains("1.2", StringComparison.Ordinal), notice.Ok ? $"for people at home: {Lines(notice.Text).FirstOrDefault()} …" : $"there is no notice for people: {notice.Text}");
        var draft = At.Get($"api/cases/{caseId}/article14/earlyWarning.txt", keys["csirt"]);
        var stranger = At.Get($"api/cases/{caseId}/article14/earlyWarning.txt");
        tell.Step("article14", draft.Ok && draft.Text.Contains("Example Doorbells Ltd", StringComparison.Ordinal) && !stranger.Ok, draft.Ok
            ? "for the maker, whose duty it is: the draft of the early warning of Article 14, for a person to send; nobody without a role can read it" : $"there is no draft: {draft.Text}");
        var folder = run.File("fetched");
        var fetched = programs.Assay(Registry, "advisories", "fetch", $"{At.Address}.well-known/csaf/provider-metadata.json", "-o", folder);
        var files = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).ToList() : [];
        tell.Step("csaf", fetched.Exit == Exit.Done && files.Count > 0, fetched.Exit == Exit.Done
            ? $"a second organisation fetches the CSAF advisory; hash and signature are checked before it is read: {files.Count} documents"
            : $"the advisory could not be fetched: {fetched.Error.Trim()}", ("folder", folder));
    }

    private void Incident()
    {
        JsonElement? incident = null;
        var watch = Stopwatch.StartNew();
        while (incident is null && watch.Elapsed.TotalSeconds < 5)
        {
            var all = At.Get("api/cases", keys["csirt"]);
            if (all.Ok) incident = all.Json.GetProperty("cases").EnumerateArray().Where(c => c.GetProperty("kind").GetString() == "incident").Select(c => (JsonElement?)c).FirstOrDefault();
            if (incident is null) Thread.Sleep(100);
        }
        var id = incident?.GetProperty("id").GetString();
        var whole = id is null ? "" : At.Get($"api/cases/{id}", keys["csirt"]).Text;
        tell.Step("incident", id is not null && !whole.Contains(Plan.Mac, StringComparison.Ordinal) && !whole.Contains("192.168.77.", StringComparison.Ordinal), id is not null
            ? $"by its keeper's consent the gateway reported the attack, signed and without address or name of the device: incident case {id}" : "no incident arrived at the registry", ("case", id ?? ""));
    }

    private void Log()
    {
        tell.Chapter("The log");
        var proved = programs.Assay(Registry, "log", "fsck", $"{At.Address}log");
        tell.Step("log", proved.Exit == Exit.Done, $"anybody can prove the registry's log whole: {Lines(proved.Output).FirstOrDefault() ?? proved.Error.Trim()}");
    }

    // The public page as anybody gets it, kept where the story was told to.
    private bool Page(string state)
    {
        var page = At.Get($"labels/{labelId}");
        if (page.Ok && pages is not null)
        {
            Directory.CreateDirectory(pages);
            File.WriteAllBytes(Path.Combine(pages, $"{state}.html"), page.Bytes);
        }
        return page.Ok;
    }

    private string State()
    {
        var label = At.Get($"api/labels/{labelId}");
        return label.Ok ? label.Json.GetProperty("state").GetString()! : "";
    }

    private static string? FindCase(Office.Reply import)
    {
        if (!import.Ok) return null;
        foreach (var list in new[] { "cases", "changed", "candidates" })
        {
            if (import.Json.TryGetProperty(list, out var cases) && cases.ValueKind == JsonValueKind.Array && cases.GetArrayLength() > 0) return cases[0].ToString();
        }
        return null;
    }

    private static string Words(string state) => state switch { "underReview" => "under review", "inForce" => "in force", _ => state };

    private static bool Ok(JsonElement answer) => answer.GetProperty("ok").GetBoolean();

    private void Promised(string name, double value, double limit, string format) =>
        tell.Measured(new Figure(name, value.ToString(format, CultureInfo.InvariantCulture), programs.ArePublished ? limit.ToString(CultureInfo.InvariantCulture) + format[format.IndexOf(' ')..] : null, !programs.ArePublished || value < limit));

    private static string Why(JsonElement answer) => answer.TryGetProperty("reason", out var reason) ? reason.GetString()! : Ok(answer) ? "it passed" : "refused";

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
