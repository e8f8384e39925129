using Assay.Assessment.Catalogues;
using Assay.CommandLine;
using Assay.Evidence;

namespace Assay.Cli;

/// <summary><c>assay catalogue list|show|map</c>: which baselines the program carries, how much of each, and where that was read.</summary>
public static class CatalogueVerb
{
    public static readonly Verb Verb = new()
    {
        Name = "catalogue",
        Summary = "the baselines: list them, show the provisions and units of one, map one edition to the other",
        Usage = "list | show ID [PROVISION] | map ID",
        Example = "./assay catalogue show en303645-2.1.1 5.1-1",
        Formats = ["table", "json"],
        Run = Run,
    };

    private static int Run(Arguments arguments, Terminal terminal)
    {
        switch (arguments.Operands)
        {
            case ["list"]:
                Answer(terminal, "catalogues", ["id", "name", "edition", "extent", "provisions", "units", "read", "note"], [.. Catalogue.All.Select(c => (IReadOnlyList<string>)
                    [c.Id, c.Name, c.Edition, EvidenceJson.Name(c.Extent), Number(c.Provisions.Count), Number(c.Units.Count), c.Source.Read, c.Provisional ?? ""])]);
                return Exit.Done;
            case ["show", var id]:
                var catalogue = Load(id);
                Answer(terminal, "provisions", ["provision", "status", "condition", "units", "title"], [.. catalogue.Provisions.Select(p => (IReadOnlyList<string>)
                    [p.Id, (p.IsMandatory ? "mandatory" : "recommended") + (p.IsDisputed ? " (disputed)" : ""), p.Condition?.Text ?? "", Number(catalogue.UnitsOf(p.Id).Count), p.Title])]);
                return Exit.Done;
            case ["show", var id, var provision]:
                var of = Load(id);
                if (of.Provision(provision) is not { } shown) throw new UsageException($"expected a provision of {of.Id}, found {provision}{Arguments.Nearest(provision, of.Provisions.Select(p => p.Id))}");
                Answer(terminal, "units", ["unit", "decides", "needs", "tables", "title"], [.. of.UnitsOf(shown.Id).Select(u => (IReadOnlyList<string>)
                    [u.Id, EvidenceJson.Name(u.Decides), EvidenceJson.Name(u.Means), u.Tables.Count == 29 ? "all" : string.Join(", ", u.Tables), u.Title])]);
                return Exit.Done;
            case ["map", var id]:
                var later = Load(id);
                Answer(terminal, "mappings", ["provision", "earlier", "relation", "title"], [.. later.Provisions.Select(p => (IReadOnlyList<string>)
                    [p.Id, p.Earlier ?? "", p.Earlier is null ? "new, or not mapped" : p.EarlierIsEqual ? "equal" : "a part of it: nothing carries over by itself", p.Title])]);
                return Exit.Done;
            default:
                throw new UsageException($"expected list, show ID or map ID, found {(arguments.Operands.Count == 0 ? "nothing" : string.Join(' ', arguments.Operands))}");
        }
    }

    private static void Answer(Terminal terminal, string name, IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (terminal.Format == "table")
        {
            terminal.Write(writer => TextTable.Write(writer, head, rows, terminal.Width));
            return;
        }
        terminal.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("schema", $"assay/{name}/1");
            json.WriteStartArray(name);
            foreach (var row in rows)
            {
                json.WriteStartObject();
                for (var i = 0; i < head.Count; i++)
                {
                    if (row[i].Length > 0) json.WriteString(head[i], row[i]);
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Catalogue Load(string id)
    {
        try
        {
            return Catalogue.Load(id);
        }
        catch (Evidence.Reading.UnreadableException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    private static string Number(int count) => count.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
