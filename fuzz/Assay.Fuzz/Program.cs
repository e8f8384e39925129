// One target a family of formats. fuzz/run makes the seeds, instruments the rooms and starts the fuzzer; this program only reads one input after another.
//
//   Assay.Fuzz                    the targets, and the rooms whose branches guide the fuzzer
//   Assay.Fuzz TARGET --seeds FOLDER    writes the inputs that no writer of the system makes
//   Assay.Fuzz TARGET FILE…       reads each file once, as the fuzzer does: how a crash is looked at
//   Assay.Fuzz TARGET             waits for the fuzzer
using Assay.Fuzz;

if (args is [])
{
    foreach (var known in Target.All) Console.WriteLine($"{known.Name}\t{string.Join(' ', known.Rooms)}");
    return 0;
}
if (Target.All.FirstOrDefault(t => t.Name == args[0]) is not { } target)
{
    Console.Error.WriteLine($"expected one of {string.Join(", ", Target.All.Select(t => t.Name))}, found {args[0]}");
    return 2;
}
if (args is [_, "--seeds", var folder])
{
    foreach (var (name, bytes) in LabelSeeds.Of(target.Name)) File.WriteAllBytes(Path.Combine(folder, name), bytes);
    return 0;
}
if (args is [_, _, ..])
{
    foreach (var file in args[1..])
    {
        target.Read(File.ReadAllBytes(file));
        Console.WriteLine($"{file}: read, nothing thrown");
    }
    return 0;
}
SharpFuzz.Fuzzer.Run(stream =>
{
    using var bytes = new MemoryStream();
    stream.CopyTo(bytes);
    target.Read(bytes.ToArray());
});
return 0;
