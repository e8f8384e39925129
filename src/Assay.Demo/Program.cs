using Assay.CommandLine;
using Assay.Demo.Exercises;
using Assay.Demo.Home;
using Assay.Demo.Story;

// The words of the demo are options and `exercise`, no verbs: `tell` is put before them where none is named.
string[] words = args is ["exercise" or "part" or "tell" or "help" or "--help" or "-h" or "--version", ..] ? args : ["tell", .. args];
return new CommandProgram("assay demo", "tells the whole loop, with real packets where root allows",
[
    TellVerb.Verb,
    ExerciseVerb.Verb,
    Part.Verb,
]).Run(words);
