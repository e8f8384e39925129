// What our own code does inside one process, to set beside rivals. One verb a line; bench/README.md shows the commands and how figures are taken.
return args switch
{
    ["xz", var file] => Assay.Bench.XzBench.Run(file),
    ["image", var file] => Assay.Bench.ImageBench.Run(file),
    ["map", var file] => Assay.Bench.ImageBench.Map(file),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Assay.Bench xz FILE.xz      decodes FILE seven times; prints megabytes of content per second, one thread");
    Console.Error.WriteLine("Assay.Bench image FILE      opens an image, decodes and hashes all contents once, as a fresh process would; prints times and memory");
    Console.Error.WriteLine("Assay.Bench map FILE        draws the image");
    return 2;
}
