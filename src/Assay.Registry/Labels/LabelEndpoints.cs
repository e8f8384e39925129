namespace Assay.Registry.Labels;

/// <summary>Labels for programs: searching, reading, issuing.</summary>
public static class LabelEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, Office office)
    {
        routes.MapGet("/api/labels/{id}", context => context.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", office.Shelf.Find(context.Route("id"))?.Id ?? throw new Refusal(404, "the id of a label", "another", "id"));
            json.WriteEndObject();
        }));
    }
}
