using Assay.CommandLine;
using Assay.Evidence.Reading;
using Assay.Html;
using Assay.Labels.Page;
using Assay.Labels.QrCode;
using Assay.Labels.Token;
using Assay.Labels.Trust;

namespace Assay.Cli;

/// <summary><c>assay label sheet</c>: a page to print, with the code and what people ask first.</summary>
public static partial class LabelVerb
{
    private static int WriteSheet(Arguments arguments, Terminal terminal, string labelFile, IReadOnlyList<string> beside)
    {
        var paper = arguments.Value("--size") switch
        {
            null => Paper.A4,
            "A4" or "a4" => Paper.A4,
            "A6" or "a6" => Paper.A6,
            var other => throw new UsageException($"--size expects A4 or A6, found {other}"),
        };
        var (token, text) = Handed(labelFile);
        if (text is not null) token = LabelAddress.Read(text);
        var label = SignedFile.Read(token);
        if (label.Hallmark is not { } hallmark) throw new UsageException($"sheet expects a hallmark or a picture of its code first, found a {label.Kind.ToString().ToLowerInvariant()}");

        // Only what the signed bytes lead to stands on the sheet: the hallmark names the certificate by its digest, the certificate the statement.
        Certificate? certificate = null;
        AssessmentSummary? assessment = null;
        if (beside.Count > 0)
        {
            var bytes = Read(beside[0]);
            if (!hallmark.PointsTo(bytes)) throw new UnreadableException("the certificate that the hallmark points to", $"another file, {beside[0]}", 0);
            certificate = SignedFile.Read(bytes).Certificate ?? throw new UnreadableException("a certificate", "another file", 0);
        }
        if (beside.Count > 1)
        {
            var statement = SignedFile.Read(Read(beside[1])).Statement ?? throw new UnreadableException($"a statement in {beside[1]}", "another file", 0);
            if (!certificate!.Statement.Span.SequenceEqual(statement.Digest.Span)) throw new UnreadableException("the statement that the certificate names", $"another one, {beside[1]}", 0);
            assessment = AssessmentSummary.Read(statement.Assessment);
        }
        var trust = Trust(arguments);
        var check = LabelCheck.Of(label, trust, Keys().Development().Select(d => d.Key), AsOf(arguments, terminal));
        if (check.Answer == LabelAnswer.Forged) throw new UnreadableException("a label signed by the key that it names", check.Reasons[0], 0);
        var sheet = new LabelSheet
        {
            Hallmark = hallmark,
            Certificate = certificate,
            Assessment = assessment,
            Code = QrCode.OfAddress(text is not null && text.Contains('#', StringComparison.Ordinal) ? text : Address(token, arguments.Value("--address") ?? LabelAddress.DefaultPrefix), QrLevel.M),
            Issuer = check.Issuer,
            Paper = paper,
        };
        terminal.Write(sheet.ToPage().Write);
        return Exit.Done;
    }
}
