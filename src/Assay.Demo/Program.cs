using Assay.CommandLine;
using Assay.Demo.Exercises;
using Assay.Demo.Home;
using Assay.Demo.Story;

const string Summary = "tells the whole loop, with real packets where root allows";
// What the demo starts of itself in its namespaces; no word for a person.
if (args is ["part", ..]) return new CommandProgram("assay demo", Summary, [Part.Verb]).Run(args);
// Where no verb is named, the story is meant.
string[] words = args is ["exercise" or "tell" or "help" or "--help" or "-h" or "--version", ..] ? args : ["tell", .. args];
return new CommandProgram("assay demo", Summary, [TellVerb.Verb, ExerciseVerb.Verb]).Run(words);
