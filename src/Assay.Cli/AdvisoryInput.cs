using Assay.Assessment;
using Assay.Assessment.Examining;
using Assay.CommandLine;
using Assay.Evidence.Reading;
using Assay.Software.Advisories;
using Microsoft.Data.Sqlite;

namespace Assay.Cli;

/// <summary><c>--store FILE</c> of <c>assess</c>: the store's snapshot becomes an input of the assessment, named by its digest in the coverage.</summary>
internal static class AdvisoryInput
{
    /// <exception cref="FileNotFoundException">No such store; an empty one is not made here, since it would look as if somebody had compared.</exception>
    public static Examined Join(Examined examined, Arguments arguments, Terminal terminal)
    {
        if (arguments.Value("--store") is not { } file) return examined;
        if (!File.Exists(file)) throw new FileNotFoundException($"{file}: expected a store, found nothing; assay advisories import makes one");
        try
        {
            using var store = AdvisoryStore.Open(file, terminal.Time);
            return AdvisoryAnswers.Join(examined, store);
        }
        catch (SqliteException damaged)
        {
            throw new UnreadableException("an advisory store", $"{file}: {damaged.Message}", 0);
        }
    }
}
