using System.Text.Json.Nodes;

namespace RunAiDr.Core.Resources;

/// <summary>One Kubernetes object, untyped: <paramref name="Body"/> always has apiVersion, kind and metadata.name.</summary>
public sealed record Resource(ResourceKind Kind, JsonObject Body)
{
    public JsonObject Metadata => (JsonObject)Body["metadata"]!;

    public string Name => (string)Metadata["name"]!;

    public string? Namespace => Kind.Namespaced ? (string?)Metadata["namespace"] : null;

    public ResourceKey Key => ResourceKey.For(Kind, Namespace, Name);
}
