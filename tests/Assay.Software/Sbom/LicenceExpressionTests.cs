using System.Text.RegularExpressions;
using Assay.Software.Sbom;
using Assay.Tests;

namespace Assay.Software.Tests.Sbom;

public partial class LicenceExpressionTests
{
    [Fact]
    public void On_expressions_right_and_wrong_we_agree_with_the_parser_that_others_use()
    {
        var folder = Npm.Folder("spdx-expression-parse@4.0.0");
        string[] words = ["MIT", "Apache-2.0", "GPL-2.0-only", "GPL-2.0+", "LicenseRef-own", "DocumentRef-x:LicenseRef-y", "Unheard-Of", "Classpath-exception-2.0", "AND", "OR", "WITH", "(", ")"];
        var random = new Random(3);
        var expressions = new List<string>();
        for (var i = 0; i < 6000; i++)
        {
            // Half of them in an order that can be right: a licence, a joint, a licence.
            var text = new List<string>();
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                if (text.Count > 0) text.Add(words[random.Next(8, 10)]);
                text.AddRange(random.Next(5) switch { 0 => [words[random.Next(3)], "WITH", "Classpath-exception-2.0"], 1 => ["(", words[random.Next(6)], ")"], _ => [words[random.Next(7)]] });
            }
            if (i % 2 == 0) text[random.Next(text.Count)] = words[random.Next(words.Length)];
            // Which of the list's names are exceptions, and that an own licence has none, we do not ask.
            if (!Unasked().IsMatch(string.Join(' ', text))) expressions.Add(string.Join(' ', text));
        }
        using var scratch = new Scratch();
        File.WriteAllLines(scratch.File("expressions"), expressions);
        var judged = Npm.Run(folder, """
            import fs from 'fs'; import { createRequire } from 'module';
            const parse = createRequire(import.meta.url)('spdx-expression-parse');
            console.log(fs.readFileSync(process.argv[2], 'utf8').split('\n').filter(l => l).map(l => { try { parse(l); return '1'; } catch { return '0'; } }).join(''));
            """, scratch.File("expressions"));
        Assert.True(judged.Exit == 0, judged.Error);
        var answers = judged.Text.Trim();
        Assert.Equal(expressions.Count, answers.Length);
        var differ = new List<string>();
        for (var i = 0; i < expressions.Count; i++)
        {
            var read = LicenceExpression.Read(expressions[i]);
            if ((read.Fault is null && !read.Unknown.Any()) != (answers[i] == '1')) differ.Add($"{expressions[i]}: {answers[i]}, we say {read.Fault ?? string.Join(", ", read.Unknown)}");
        }
        TestContext.Current.SendDiagnosticMessage($"{expressions.Count} expressions, {answers.Count(a => a == '1')} valid, {differ.Count} judged differently");
        Assert.True(differ.Count == 0, string.Join('\n', differ.Take(30)));
        Assert.True(answers.Count(a => a == '1') > 1000 && answers.Count(a => a == '0') > 1000);
    }

    [GeneratedRegex(@"(?<!WITH )Classpath|WITH (?!Classpath|AND|OR|WITH|[()]|$)|Ref-\S+ WITH")]
    private static partial Regex Unasked();
}
