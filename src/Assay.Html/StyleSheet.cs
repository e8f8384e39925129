namespace Assay.Html;

/// <summary>The one style sheet of all our pages: <c>assay.css</c>, built into this library.</summary>
public static class StyleSheet
{
    public static readonly string Text = Read();

    private static string Read()
    {
        using var stream = typeof(StyleSheet).Assembly.GetManifestResourceStream("assay.css")!;
        using var reader = new StreamReader(stream);
        return "\n" + reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
