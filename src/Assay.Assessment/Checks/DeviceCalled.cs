using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Assay.Assessment.Checks;

/// <summary>
/// What papers may call the device, by <c>category:</c> and <c>model:</c> of <c>device.yaml</c>: a maker of a conference phone who writes "the phone" means it.
/// </summary>
internal sealed class DeviceCalled
{
    private static readonly ConditionalWeakTable<Device, DeviceCalled> Known = new();

    private readonly Regex? names;

    private DeviceCalled(Device device)
    {
        // Of "conference phone" both the whole and its last word; of a model the words that are no mere number.
        var category = Words(device.Category);
        var words = (device.Model == Device.Unknown ? [] : Words(device.Model).Where(w => w.Length > 2 && !char.IsAsciiDigit(w[0]))).Concat(category.TakeLast(1)).Where(w => w.Length > 1)
            .Distinct(StringComparer.OrdinalIgnoreCase).Select(Regex.Escape).ToList();
        if (words.Count == 0) return;
        var before = category.Count > 1 ? $"(?:{string.Join(@"\s", category.SkipLast(1).Select(Regex.Escape))}\\s)?" : "";
        names = new Regex($@"\b(?<of>the|this|our|by|on|in|inside|at) {before}(?:{string.Join('|', words)})\b(?!['’]|\s+(?:app|apps|application|server|cloud|service|backend|portal|account|tool|vendor|maker)\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    public static DeviceCalled Of(Device device) => Known.GetValue(device, static d => new DeviceCalled(d));

    /// <summary>The text with "the device" in place of its names, for judging; what is shown stays as it was written.</summary>
    public string In(string text) => names is null ? text : names.Replace(text, m => m.Groups["of"].Value is var of && of.Equals("the", StringComparison.OrdinalIgnoreCase) || of.Equals("this", StringComparison.OrdinalIgnoreCase) || of.Equals("our", StringComparison.OrdinalIgnoreCase) ? "the device" : $"{of} device");

    private static IReadOnlyList<string> Words(string? text) => text?.Split([' ', '-', '_', '/', '(', ')', ','], StringSplitOptions.RemoveEmptyEntries) ?? [];
}
