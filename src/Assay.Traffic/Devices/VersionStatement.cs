namespace Assay.Traffic.Devices;

/// <summary>A device's own claim of what it is and which version it runs.</summary>
/// <param name="Model">As stated, without words that name a part of it: <c>EDB-100-updater/1.1</c> states the model <c>EDB-100</c>.</param>
/// <param name="Version">Digits, dots and what follows them: <c>1.1</c>, <c>2.0.4-rc1</c>.</param>
public readonly record struct VersionStatement(string Model, string Version);
