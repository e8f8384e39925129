using Assay.Assessment.Declarations;
using Assay.Evidence;
using static Assay.Assessment.Tests.Checks.PlantedDossiers;
using static Assay.Evidence.FindingKind;

namespace Assay.Assessment.Tests.Checks.Planted;

internal static class Resilience
{
    public static readonly IReadOnlyDictionary<string, PlantedDossiers> Dossiers = new Dictionary<string, PlantedDossiers>(StringComparer.Ordinal)
    {
        ["local-function-in-outage"] = new(
            Plant.Capture().Told("initialised", [.. Talk.Outage(0, 60, 120, 180, 240, 300), Talk.In(20), Talk.In(100, answered: false), Talk.In(150, answered: false), Talk.In(200, answered: false)]),
            Plant.Capture().Told("initialised", [.. Talk.Outage(0, 60, 120, 180, 240, 300), Talk.In(20), Talk.In(100), Talk.In(150)]),
            Plant.Capture().Told("initialised", Talk.Out(0), Talk.Out(60))),
        ["reconnect-behaviour"] = new(
            Plant.Capture().Told("initialised", Talk.Outage(Enumerable.Range(0, 60).Select(i => i * 0.2))),
            Plant.Capture().Told("initialised", Talk.Outage(0, 2, 6, 14, 30, 62, 126, 254)).Table(11, ["ComMech-1", "Description: reconnects to the cloud with exponential back-off"]),
            Plant.Capture().Told("initialised", Talk.Out(0), Talk.Out(60), Talk.Out(120))),
        ["reconnect-design"] = new(
            Plant.Papers().Table(11, ["ComMech-1", "Description: After a lost connection the client retries immediately."]),
            Plant.Papers().Table(11, ["ComMech-1", "Description: After a lost connection the client waits a random delay of up to 60 s and never retries immediately."]),
            Plant.Papers().Table(11, ["ComMech-1", "Description: TLS"])),
        ["resilience-design"] = new(
            Plant.Papers().Table(23, ["ResMech-1", "Type: network", "Description: The lock stops working without internet.", "Security Guarantees: availability"]),
            Plant.Papers().Table(23, ["ResMech-1", "Type: network", "Description: The lock keeps working locally; after loss of power it restarts by itself.", "Security Guarantees: availability"]),
            Plant.Papers().Table(23, ["ResMech-1", "Type: network"])),
        ["resilience-rows"] = new(
            Plant.Papers().Table(23, ["ResMech-1", "Type: Network connectivity"]),
            Plant.Papers().Table(23, ["ResMech-1", "Type: Network connectivity"], ["ResMech-2", "Type: Power outage"]),
            Plant.Papers()),
    };
}
