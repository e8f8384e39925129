using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;
using Assay.Evidence;

namespace Assay.Assessment.Checks;

/// <summary>Every user interface, interface for programs and channel is the source of a row of IXIT 29-InpVal, and that row says what happens to odd input. One answer a row.</summary>
/// <remarks>Only what plainly takes input over a network refutes when it has no row; a lamp, a client, a button may need none, and stays open.</remarks>
public sealed class InputValidationRows() : Check("input-validation-rows", 2, Polarity.Refute, CoverageScope.Declaration,
    "interfaces that take input and are the source of no row of IXIT 29-InpVal", "a row of IXIT 29-InpVal for every interface that takes input", "5.13-1-1a", "5.13-1-1b")
{
    public override IEnumerable<Answer> Look(Examined examined) => Judge(examined).Together(asked: 29);

    private IEnumerable<Answer> Judge(Examined examined)
    {
        var methods = examined.Rows(29).ToList();
        var table = examined.Declaration.Table(29);
        if (table is null)
        {
            foreach (var unit in Units) yield return Open(unit, "IXIT 29-InpVal was not handed over", "IXIT 29-InpVal");
            yield break;
        }
        var sources = WordIndex.Of(methods.Select(m => m.Row));
        var kinds = Kinds.Where(k => methods.Any(m => k.IsMatch(Papers.Whole(m.Row)))).ToList();
        var everything = methods.Any(m => Everything.IsMatch(Papers.Field(m.Row, "Source", "Description") ?? ""));
        var inputs = examined.Rows(27, 28).ToList();
        // What the rows list as their sources, as against what they describe.
        var listed = new WordIndex(string.Join('\n', methods.Select(m => Papers.Field(m.Row, "Source") ?? "")));
        var named = examined.Rows(11, 27, 28).GroupBy(r => r.Table.Number).ToDictionary(g => g.Key, g => (Rows: g.Count(), Named: g.Count(r => listed.Names(r.Row.Id))));
        foreach (var of in everything ? [] : examined.Rows(11))
        {
            if (sources.Names(of.Row.Id) || !IsLeftOut(of.Row, listed, named[11])) continue;
            yield return Refutes("5.13-1-1a", $"{Shortened.Visible(of.Row.Id)} is left out where IXIT 29-InpVal lists the other rows of its table as sources", of.Row.Location, table.Location).For(of).NotIn(29);
        }
        if (inputs.Count == 0) yield return Open("5.13-1-1a", "neither IXIT 27-UserIntf nor the interface table (28) was handed over", "IXIT 27-UserIntf and 28");
        foreach (var of in inputs)
        {
            var id = Shortened.Visible(of.Row.Id);
            var whole = Papers.Whole(of.Row);
            if (everything || sources.Names(of.Row.Id)) yield return Supports("5.13-1-1a", $"{id} is a source of IXIT 29-InpVal").For(of);
            else if (InterfaceStatus.Of(of.Row) == Switched.Off || Output.IsMatch(whole) && !Input.IsMatch(whole)) yield return Open("5.13-1-1a", $"{id} is off or takes no input, by its row; no row of IXIT 29-InpVal names it").For(of);
            // Named by kind instead of by id: "the web interface", "all requests to the API".
            else if (kinds.Any(k => k.IsMatch(Subject(of.Row)))) yield return Supports("5.13-1-1a", $"an input of the kind of {id} is a source of IXIT 29-InpVal").For(of);
            else if (TakesInput(of.Row) || IsLeftOut(of.Row, listed, named[of.Table.Number])) yield return Refutes("5.13-1-1a", $"{id} takes input, and no row of IXIT 29-InpVal names it", of.Row.Location, table.Location).For(of).NotIn(29);
            else yield return Open("5.13-1-1a", $"no row of IXIT 29-InpVal names {id}", $"a row of IXIT 29-InpVal for {id}, or the reason why it needs none").For(of);
        }
        if (methods.Count == 0) yield return Open("5.13-1-1b", "IXIT 29-InpVal has no rows");
        foreach (var of in methods)
        {
            var id = Shortened.Visible(of.Row.Id);
            var odd = Papers.Field(of.Row, "Handling", "Unexpected");
            var description = Papers.Field(of.Row, "Description") ?? "";
            if (Fields.Of(odd) is Filled.Empty or Filled.Placeholder or Filled.Denied) yield return Refutes("5.13-1-1b", $"what {id} does with unexpected input: the field {Fields.Shown(odd)}", of.Row.At("Handling Unexpected Data")).For(of);
            else if (odd is not null && (Careless.IsMatch(odd) || GivenUp.Is(odd, Answer))) yield return Refutes("5.13-1-1b", $"what {id} does with unexpected input: the field {Fields.Shown(odd)}", of.Row.At("Handling Unexpected Data")).For(of);
            else if (Unchecked.Match($"{odd}\n\n{Papers.Field(of.Row, "Format")}\n\n{description}") is { Success: true } loose) yield return Refutes("5.13-1-1b", $"{id} says \"{Wording.Begin(loose.Value)}\"", of.Row.Location).For(of);
            else if (odd is null && !Handles.IsMatch(description)) yield return Open("5.13-1-1b", $"{id} does not say what happens to unexpected input", $"the field Handling Unexpected Data of {id}").For(of);
            else yield return Supports("5.13-1-1b", $"{id} says what happens to unexpected input; whether that stops it is for a laboratory").For(of);
        }
    }

    // Most of its table is listed by id, and this row, which takes input as they do, is not.
    private static bool IsLeftOut(IxitRow row, WordIndex listed, (int Rows, int Named) table)
    {
        if (listed.Names(row.Id) || table.Named < 2 || table.Named * 2 <= table.Rows - 1) return false;
        var whole = Papers.Whole(row);
        return !Client.IsMatch(whole) && !(Output.IsMatch(whole) && !Input.IsMatch(whole)) && InterfaceStatus.Of(row) is not (Switched.Off or Switched.OffByDefault);
    }

    private static Regex Answer => field ??= new(@"\b(reject\w*|discard\w*|drop\w*|ignor\w*|errors?|refus\w*|abort\w*|truncat\w*|saniti[sz]\w*|escap\w*|validat\w*|block\w*|\d\d\d|default|clos\w+|thrown|throw\w*|sorry|invalid\S*|kept|keeps?|logg?\w*|counted|stored|executed|processed|callerror|restart\w*|fail\w*|tone|explanation|resets?|warn\w*|exception\w*|limit\w*|clamp\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Careless => field ??= new(@"^\W*(accepted|taken|stored|processed|executed|undefined|unspecified|unknown|anything may happen)( behaviou?r)?\W*$|\b(crash(es|ed)?|hangs?|freezes?|restarts? (unexpectedly|uncontrolled)|undefined (behaviou?r|state)|whatever (comes|arrives)|(goes|go|passed|handed|given) (straight|directly|unchecked) to)\b(?<!\b(not|never|without|no) (\w+ )?\w+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static string Subject(IxitRow row) => $"{row.Id.Replace('-', ' ')}\n{Papers.Field(row, "Description")}\n{Papers.Field(row, "Type")}";

    private static bool TakesInput(IxitRow row)
    {
        var subject = Subject(row);
        return OnDevice.Any(k => k.IsMatch(subject)) && !Elsewhere.IsMatch(subject) && !Client.IsMatch(subject) && InterfaceStatus.Of(row) is Switched.On or Switched.Unknown or Switched.Sometimes;
    }

    private static IReadOnlyList<Regex> Kinds => field ??= [Web, Program, App, Voice, CommandLine];

    // An app runs on a telephone; what it sends comes in by another interface, which has a row of its own.
    private static IReadOnlyList<Regex> OnDevice => field ??= [Web, Program, CommandLine];

    private static Regex Elsewhere => field ??= new(@"\b(apps?|associated service|smart-?phone|cloud|portal of the maker|website|web site)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Everything => field ??= new(@"\b(all|every|each|any) (\w+ ){0,3}?(inputs?|interfaces?|requests?|messages?|sources?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Output => field ??= new(@"\b(leds?|lamps?|lights?|indicators?|speakers?|buzzers?|beep\w*|log (output|stream)|read-?only|output[- ]only|one-way|status display)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Input => field ??= new(@"\b(inputs?|enters?|forms?|commands?|uploads?|requests?|post|type[sd]?|configur\w+|touch\w*|keypad)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Client => field ??= new(@"\b(client|outbound|outgoing|buttons?|switch(es)?|push-?button|resolver)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Web => field ??= new(@"\b(web[- ]?(ui|site|pages?|interface|server|application|console|front-?end|browser)?|https? server|browser|captive portal|html|http)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Program => field ??= new(@"\b(apis?|rest(ful)?|json-?rpc|rpc|soap|graphql|mqtt|coap|onvif|rtsp|web-?sockets?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex App => field ??= new(@"\b((mobile|phone|smartphone|companion|android|ios) ?app(lication)?s?|apps?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Voice => field ??= new(@"\b(voice|speech|spoken)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex CommandLine => field ??= new(@"\b(command[- ]line|cli|ssh|telnet|shell|terminal)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Unchecked => field ??= new(@"\b((is|are|gets?) (not|never) (validated|checked|verified|filtered|sanitised|sanitized|examined)|(passed|handed|given|forwarded)( \w+){0,3}? (unchecked|unfiltered|unmodified|as (it|they) (is|are|come)|without (any )?(check|validation)\w*)|no (input )?(validation|checks?|filtering|sanitising|sanitizing)( is| are)?( done| performed| in place| made)?|without (any )?(validation|checks?)|(taken|accepted|used|processed|stored|passed on|executed|treated|handled) (just |simply |exactly )?(as (it|they) (is|are|comes?|arrives?|stands?)|like (any|every|all) others?|all the same|anyway|unchanged|regardless|unseen))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Handles => field ??= new(@"\b(reject\w*|discard\w*|drop(s|ped)?|ignor\w+|error|refus\w+|abort\w*|truncat\w*|sanitis\w*|sanitiz\w*|escap\w+|validat\w*|block(s|ed)?|4\d\d|default value)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
