using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Export;

/// <summary>A resource as the state tree holds it: without what the API server sets, the rest untouched.</summary>
internal static class CanonicalForm
{
    /// <summary>The resource without <see cref="DroppedFields"/>; the one given stays as it is.</summary>
    public static Resource Clean(Resource resource)
    {
        // Costs little: what has not been looked at yet is shared, not copied.
        var body = (JsonObject)resource.Body.DeepClone();
        foreach (var field in DroppedFields.Of(resource.Kind))
        {
            field.RemoveFrom(body, resource);
        }

        return resource with { Body = body };
    }
}
