Console.WriteLine("assay");
return 0;
