using Assay.CommandLine;
using Assay.Guard;

return new CommandProgram("assay guard", "guards the devices behind a gateway, in proportion to what is known of them",
[
    RunVerb.Verb,
    PlanVerb.Verb,
    StatusVerb.Verb,
    FreezeVerb.Verb,
    AdmitVerb.Verb,
]).Run(args);
