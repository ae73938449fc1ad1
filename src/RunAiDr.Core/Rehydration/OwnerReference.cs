using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>One entry of <c>metadata.ownerReferences</c>, as far as a restore point knows it: without UID.</summary>
internal sealed record OwnerReference(string Group, string Kind, string Name)
{
    /// <summary>What plan and report say when the owner is not there.</summary>
    public string DroppedText => $"owner {Kind} {Name} is not there: reference dropped";

    public static OwnerReference From(JsonObject reference)
    {
        var apiVersion = reference.Text("apiVersion") ?? "";
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return new(slash < 0 ? "" : apiVersion[..slash], reference.Text("kind") ?? "", reference.Text("name") ?? "");
    }

    public static IEnumerable<OwnerReference> In(JsonObject body) =>
        body.Object("metadata")?.Objects("ownerReferences").Select(From) ?? [];
}
