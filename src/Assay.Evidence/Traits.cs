namespace Assay.Evidence;

/// <summary>The words that readers put on findings and checks look for. One place; a word that no check or reader uses is deleted.</summary>
public static class Traits
{
    // credential
    public const string EmptyPassword = "emptyPassword";
    public const string WeakHash = "weakHash";
    public const string PasswordHash = "passwordHash";
    public const string KnownDefault = "knownDefault";
    public const string WorldReadable = "worldReadable";
    public const string Root = "root";
    /// <summary>Seen on the wire without encryption.</summary>
    public const string OnTheWire = "onTheWire";

    // key and certificate
    public const string PrivateKey = "privateKey";
    public const string HostKey = "hostKey";
    public const string UnderWebRoot = "underWebRoot";
    /// <summary>Kept under a pass phrase.</summary>
    public const string Encrypted = "encrypted";
    public const string ShortKey = "shortKey";
    public const string Expired = "expired";
    public const string NotYetValid = "notYetValid";
    public const string SelfSigned = "selfSigned";
    /// <summary>The certificate is for other names than the one that was called.</summary>
    public const string ForeignName = "foreignName";
    public const string WeakSignatureHash = "weakSignatureHash";
    public const string Authority = "authority";

    // service, debug, permission
    public const string Telnet = "telnet";
    public const string Ftp = "ftp";
    public const string Ssh = "ssh";
    public const string Http = "http";
    public const string WithoutLogin = "withoutLogin";
    public const string StartedAtBoot = "startedAtBoot";
    public const string SerialConsole = "serialConsole";
    public const string DebugTool = "debugTool";
    public const string WorldWritable = "worldWritable";
    public const string BootScript = "bootScript";
    public const string SetUid = "setUid";
    /// <summary>An account may run every command as root without being asked.</summary>
    public const string AllAsRoot = "allAsRoot";
    /// <summary>A key pressed while the boot loader waits opens its console.</summary>
    public const string BootConsole = "bootConsole";
    /// <summary>Started with the rights of root, and nothing shows that it gives them up.</summary>
    public const string RunsAsRoot = "runsAsRoot";
    /// <summary>The program names the calls that a server needs; whether it listens on a network only a scan tells.</summary>
    public const string MayListen = "mayListen";
    /// <summary>A means that confines processes: capabilities, system call filters, mandatory access control.</summary>
    public const string Confinement = "confinement";
    /// <summary>A line hands text of a request to a shell.</summary>
    public const string RequestToShell = "requestToShell";
    /// <summary>A program that web requests reach names a call without a bound, or one that starts a shell.</summary>
    public const string DangerousCall = "dangerousCall";
    /// <summary>Left by those who built or tried the device.</summary>
    public const string Leftover = "leftover";
    public const string Sensor = "sensor";
    /// <summary>An outside scan found the port open.</summary>
    public const string OpenPort = "openPort";
    /// <summary>A service asks for a password, or takes one.</summary>
    public const string PasswordLogin = "passwordLogin";
    /// <summary>Settings were changed by a request; with <see cref="WithoutLogin"/> by one that nobody had logged in for.</summary>
    public const string ConfigurationChange = "configurationChange";
    /// <summary>Settings that hold a secret were given out.</summary>
    public const string ConfigurationRead = "configurationRead";

    // secret
    public const string WirelessKey = "wirelessKey";
    public const string Token = "token";
    public const string Password = "password";

    // component
    /// <summary>An advisory's range of versions holds the component's version.</summary>
    public const string Affected = "affected";
    /// <summary>An advisory names the component, and not every condition is known: the version, the maker, a repair of the distribution's own.</summary>
    public const string Candidate = "candidate";
    /// <summary>A list says that it is exploited in the wild.</summary>
    public const string Exploited = "exploited";

    // update
    public const string ClearText = "clearText";
    public const string WithoutVerification = "withoutVerification";
    public const string Signed = "signed";
    public const string UpdateQuery = "updateQuery";
    public const string UpdateDownload = "updateDownload";

    // hardening
    public const string NoExecuteMissing = "noExecuteMissing";
    public const string PieMissing = "pieMissing";
    public const string RelroMissing = "relroMissing";
    public const string RelroPartial = "relroPartial";
    public const string CanaryMissing = "canaryMissing";
    public const string FortifyMissing = "fortifyMissing";
    /// <summary>What a boot loader starts carries a signature or a hash tree; whether it is checked cannot be seen.</summary>
    public const string VerifiableBoot = "verifiableBoot";
    public const string UnsignedBoot = "unsignedBoot";

    // wire
    public const string TlsOutdated = "tlsOutdated";
    public const string WeakSuite = "weakSuite";
    public const string PersonalMarker = "personalMarker";
    public const string VersionDisclosed = "versionDisclosed";
    public const string Listener = "listener";
    public const string Local = "local";
    public const string Remote = "remote";
    public const string Login = "login";
    public const string Mqtt = "mqtt";
    /// <summary>A password's digest, not the password itself.</summary>
    public const string Digest = "digest";
    /// <summary>A machine did what a peer ordered: write, operate, start, stop, restart, load; with <see cref="WithoutLogin"/> from a peer that had shown nobody's identity.</summary>
    public const string Control = "control";
    /// <summary>The server agreed to it; without this word it was only offered.</summary>
    public const string Chosen = "chosen";
    /// <summary>Key exchange without forward secrecy.</summary>
    public const string StaticRsa = "staticRsa";
    /// <summary>A known way to break the encryption worked, or the tool saw that it would.</summary>
    public const string Attackable = "attackable";
    /// <summary>An algorithm of SSH that is broken or withdrawn.</summary>
    public const string WeakSsh = "weakSsh";

    /// <summary>A client that looks at no certificate of its peer, by its own words.</summary>
    public const string UnverifiedPeer = "unverifiedPeer";

    // outside tools
    /// <summary>Which tool ran, with which command, on what.</summary>
    public const string ToolRun = "toolRun";
    /// <summary>What an unwanted input does: commands, queries, scripts, paths, broken memory.</summary>
    public const string Injection = "injection";
    /// <summary>The tool shows the request and the answer that prove it, or a person confirmed it.</summary>
    public const string Confirmed = "confirmed";
    /// <summary>Somebody marked the result as accepted or false.</summary>
    public const string Suppressed = "suppressed";

    // companion app
    /// <summary>The manifest or the network settings allow connections without encryption.</summary>
    public const string ClearTextAllowed = "clearTextAllowed";
    /// <summary>An address in clear text, in the app's code or files.</summary>
    public const string ClearTextAddress = "clearTextAddress";
    /// <summary>Of a party that gathers usage data for many apps.</summary>
    public const string Tracker = "tracker";
    /// <summary>A permission by which the app may see, hear or place people.</summary>
    public const string SensorPermission = "sensorPermission";
    /// <summary>Built for debugging.</summary>
    public const string Debuggable = "debuggable";
}
