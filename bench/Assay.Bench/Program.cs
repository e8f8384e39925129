// What our own code does inside one process, to set beside rivals. One verb a line; bench/README.md shows the commands and how figures are taken.
return args switch
{
    ["flows", var file] => Assay.Bench.FlowsBench.Run(file),
    ["tile", var folder, var file, var bytes] => Assay.Bench.CaptureTiler.Run(folder, file,
        long.Parse(bytes, System.Globalization.CultureInfo.InvariantCulture)),
    ["evidence", var file] => Assay.Bench.FlowsBench.Evidence(file),
    ["findings", var file] => Assay.Bench.FlowsBench.Findings(file),
    ["examined", var path] => Assay.Bench.ExaminedBench.Run(path),
    ["flood", var count, var to] => Assay.Bench.FloodMaker.Make(long.Parse(count, System.Globalization.CultureInfo.InvariantCulture), to),
    ["xz", var file] => Assay.Bench.XzBench.Run(file),
    ["blocks", var file] => Assay.Bench.BlockBench.Run(file),
    ["image", var file] => Assay.Bench.ImageBench.Run(file),
    ["family", var first, var second, var folder] => Assay.Bench.FamilyBench.Run(first, second, folder),
    ["said", var list] => Assay.Bench.SaidBench.Run(list),
    ["map", var file] => Assay.Bench.ImageBench.Map(file),
    ["rules", var devices, var profiles, var file] => Assay.Bench.RuleSetBench.Run(int.Parse(devices, System.Globalization.CultureInfo.InvariantCulture),
        int.Parse(profiles, System.Globalization.CultureInfo.InvariantCulture), file),
    ["dossiers", var folder, var count, var to] => Assay.Bench.DossierBench.Make(folder, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture), to),
    ["assess", var folder] => Assay.Bench.DossierBench.Assess(folder),
    ["advisories", var count, var to] => Assay.Bench.AdvisoryMaker.Make(to, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)),
    ["rematch", var folder, var inventories, var each, var most] => Assay.Bench.RematchBench.Run(folder, int.Parse(inventories, System.Globalization.CultureInfo.InvariantCulture),
        int.Parse(each, System.Globalization.CultureInfo.InvariantCulture), int.Parse(most, System.Globalization.CultureInfo.InvariantCulture)),
    ["bill", var count, var to] => Assay.Bench.BillBench.Make(int.Parse(count, System.Globalization.CultureInfo.InvariantCulture), to),
    ["labels"] => Assay.Bench.LabelBench.Run(),
    ["statuses"] => Assay.Bench.StatusBench.Run(),
    ["bill", var file] => Assay.Bench.BillBench.Read(file),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Assay.Bench flows CAPTURE   reads headers, counters, flows and all evidence seven times each; prints packets per second and bytes allocated per packet");
    Console.Error.WriteLine("Assay.Bench tile FOLDER OUT.pcap BYTES   makes a capture of that size out of the small ones in FOLDER");
    Console.Error.WriteLine("Assay.Bench evidence CAPTURE   reads all evidence three times, on one core");
    Console.Error.WriteLine("Assay.Bench findings CAPTURE   reads findings alone seven times, on one core");
    Console.Error.WriteLine("Assay.Bench examined PATH   prints all that is told by a capture, or a digest of it for each capture of a folder");
    Console.Error.WriteLine("Assay.Bench flood COUNT OUT.pcap   makes a flood of openings, each from another source");
    Console.Error.WriteLine("Assay.Bench xz FILE.xz      decodes FILE seven times; prints megabytes of content per second, one thread");
    Console.Error.WriteLine("Assay.Bench blocks FILE     decodes the blocks of an .lzo or of an lz4 -l file seven times; prints megabytes of content per second, one thread");
    Console.Error.WriteLine("Assay.Bench image FILE      opens an image, decodes and hashes all contents once, as a fresh process would; prints times and memory");
    Console.Error.WriteLine("Assay.Bench family FIRST SECOND CACHE   examines SECOND without a cache, FIRST with an empty one, SECOND again; CACHE is deleted first");
    Console.Error.WriteLine("Assay.Bench said LIST       reads the files named in LIST; prints what each says it is, and megabytes per second");
    Console.Error.WriteLine("Assay.Bench map FILE        draws the image");
    Console.Error.WriteLine("Assay.Bench rules DEVICES PROFILES OUT.nft   writes the rules of a large home, for nft -f");
    Console.Error.WriteLine("Assay.Bench dossiers DOSSIER COUNT OUT   makes that many dossiers out of one, each with its own bytes");
    Console.Error.WriteLine("Assay.Bench assess FOLDER   assesses every dossier in FOLDER against all catalogues, on all cores, and writes nothing");
    Console.Error.WriteLine("Assay.Bench advisories COUNT OUT   makes that many advisories in eight forms, with forecasts");
    Console.Error.WriteLine("Assay.Bench rematch FOLDER INVENTORIES EACH MOST   matches at most MOST of them with so many inventories of EACH components; prints times and memory");
    Console.Error.WriteLine("Assay.Bench bill COUNT OUT.json   makes a bill of materials with so many components");
    Console.Error.WriteLine("Assay.Bench labels          codes, verifications and issues with log and checkpoint, each a second");
    Console.Error.WriteLine("Assay.Bench statuses        changes 300,000 of 10 million statuses and signs them anew; prints times and sizes");
    Console.Error.WriteLine("Assay.Bench bill FILE       reads and checks a bill of materials; prints times and memory");
    return 2;
}
