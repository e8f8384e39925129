using Assay.Cli;
using Assay.CommandLine;

// The table of contents of the command: one file per verb; the last three are programs of their own.
return new CommandProgram("assay", "an assay office for connected devices",
[
    InspectVerb.Verb,
    TreeVerb.Verb,
    SbomVerb.Verb,
    AdvisoriesVerb.Verb,
    VulnsVerb.Verb,
    FlowsVerb.Verb,
    DevicesVerb.Verb,
    RedactVerb.Verb,
    AssessVerb.Verb,
    LabelVerb.Verb,
    LogVerb.Verb,
    TrustVerb.Verb,
    MudVerb.Verb,
    CustodyVerb.Verb,
    CatalogueVerb.Verb,
    Sibling.Verb("serve", "runs the registry: labels, status, log, cases", "assay-registry", "Registry"),
    Sibling.Verb("guard", "runs and asks the gateway's guard", "assay-guard", "Guard"),
    Sibling.Verb("demo", "tells the whole loop, with real packets where root allows", "assay-demo", "Demo"),
]).Run(args);
