using Assay.Custody.Freezing;
using Assay.Tests;

namespace Assay.Custody.Tests.Freezing;

/// <summary>Section 7 of docs/semantics.md names the files that stand beside the items.</summary>
public sealed class SemanticsPageTests
{
    [Fact]
    public void The_page_names_what_is_in_the_zip()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "semantics.md"));
        var section = page[page.IndexOf("## 7.", StringComparison.Ordinal)..];
        Assert.All(FreezeLayout.Reserved, name => Assert.Contains($"`{name}`", section, StringComparison.Ordinal));
    }
}
