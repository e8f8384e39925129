using Assay.CommandLine;
using Assay.Registry;

// The program has one verb, so a person does not say it: assay-registry --folder DIR is what assay serve --folder DIR calls.
return new CommandProgram("assay", "a registry of labels", [ServeVerb.Verb]).Run(["serve", .. args]);
