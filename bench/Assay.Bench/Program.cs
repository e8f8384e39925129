// What our own code does inside one process, to set beside rivals. One verb a line; bench/README.md shows the commands and how figures are taken.
return args switch
{
    ["xz", var file] => Assay.Bench.XzBench.Run(file),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Assay.Bench xz FILE.xz      decodes FILE seven times; prints megabytes of content per second, one thread");
    return 2;
}
