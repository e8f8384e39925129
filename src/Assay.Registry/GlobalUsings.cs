global using Assay.Registry.Access;
