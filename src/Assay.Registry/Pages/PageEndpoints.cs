namespace Assay.Registry.Pages;

/// <summary>The pages for everybody.</summary>
public static class PageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
    }
}
