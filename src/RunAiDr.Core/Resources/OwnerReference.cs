using System.Text.Json.Nodes;

namespace RunAiDr.Core.Resources;

/// <summary>One entry of <c>metadata.ownerReferences</c>, as far as a restore point knows it: without UID.</summary>
internal sealed record OwnerReference(string Group, string Kind, string Name)
{
    public static OwnerReference From(JsonObject reference)
    {
        var (group, _) = ResourceKind.Split(reference.Text("apiVersion") ?? "");
        return new(group, reference.Text("kind") ?? "", reference.Text("name") ?? "");
    }

    /// <summary>As others would refer to this resource; null when it has no name.</summary>
    public static OwnerReference? To(JsonObject body) =>
        body.Map("metadata")?.Text("name") is { } name
            ? new(ResourceKind.Split(body.Text("apiVersion") ?? "").Group, body.Text("kind") ?? "", name)
            : null;

    public static IEnumerable<OwnerReference> In(JsonObject body) =>
        body.Map("metadata")?.Maps("ownerReferences").Select(From) ?? [];
}
