namespace Assay.Assessment.Checks;

/// <summary>All checks of this program, ordered by id. Adding one is one file, one line here, and three planted dossiers.</summary>
public static class Register
{
    public static readonly IReadOnlyList<Check> All =
    [
        .. new Check[]
        {
            new ClaimAgainstTable(),
            new ClearTextLoginService(),
            new ClearTextToRemote(),
            new CommunicationRows(),
            new ComponentUpdateMechanism(),
            new ComponentVersions(),
            new Confirmations(),
            new ConsoleWithoutLogin(),
            new DebugTools(),
            new DeletionCoverage(),
            new DisclosurePolicy(),
            new Justifications(),
            new KnownDefaultOnTheWire(),
            new LoginInClear(),
            new LoosePermissions(),
            new MaterialsAgainstImage(),
            new MemoryProtection(),
            new ModelDesignation(),
            new OutdatedTls(),
            new PersonalDataInClear(),
            new PrivateKeyInImage(),
            new ReadableSecret(),
            new SecretInClearToRemote(),
            new SecretInConfiguration(),
            new SecureBootFlag(),
            new Sensors(),
            new ServiceAuthentication(),
            new ServiceDeclaredOff(),
            new ServiceJustification(),
            new ServiceWithoutLogin(),
            new SharedKey(),
            new SupportPeriod(),
            new TablePlaceholders(),
            new TelemetryParties(),
            new UndeclaredChannel(),
            new UndeclaredService(),
            new UndeclaredUpdate(),
            new UnfitCertificate(),
            new UniversalPassword(),
            new UpdateInClear(),
            new UpdateSignature(),
            new UpdateWithoutVerification(),
            new UserDecisions(),
            new VersionDisclosure(),
            new WeakDeclaredCryptography(),
            new WeakPasswordHash(),
        }.OrderBy(c => c.Id, StringComparer.Ordinal),
    ];
}
