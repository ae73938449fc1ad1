using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Coverage;

/// <summary>What the metadata of a resource says of where it comes from.</summary>
internal sealed class ListedMetadata
{
    private readonly JsonObject _metadata;

    private ListedMetadata(ResourceHead head, JsonObject metadata) => (Head, _metadata) = (head, metadata);

    public ResourceHead Head { get; }

    public IEnumerable<Owner> Owners => _metadata.Maps("ownerReferences").Select(owner => new Owner(
        ResourceKind.Split(owner.Text("apiVersion") ?? "").Group, owner.Text("kind") ?? "", owner.Text("name") ?? "", owner.IsTrue("controller")));

    /// <summary>The Helm release that made the resource, or whose revision it is.</summary>
    public HelmReleaseScope? Release =>
        Annotation("meta.helm.sh/release-name") is { } name ? new(name, Annotation("meta.helm.sh/release-namespace") ?? Head.Namespace ?? "")
        : IsRevision && Head.Labels.TryGetValue("name", out var release) ? new(release, Head.Namespace ?? "")
        : null;

    /// <summary>Whether the resource is the token of a ServiceAccount.</summary>
    public bool IsToken => Head.Kind is { Group: "", Plural: "secrets" } && Annotation("kubernetes.io/service-account.name") is not null;

    /// <summary>Whether the resource says who leads among the replicas of a program.</summary>
    public bool IsLeaderRecord => Annotation("control-plane.alpha.kubernetes.io/leader") is not null;

    private bool IsRevision =>
        Head.Kind is { Group: "", Plural: "secrets" or "configmaps" } && Head.Labels.GetValueOrDefault("owner") == "helm";

    /// <exception cref="RunAiDrException">The text is not a resource.</exception>
    public static ListedMetadata Read(ResourceKind kind, ReadOnlyMemory<byte> item)
    {
        var head = ListedItem.HeadOf(kind, item);
        try
        {
            return new ListedMetadata(head, WholeJson.Checked(item.Span)?["metadata"] as JsonObject ?? []);
        }
        catch (JsonException)
        {
            // Without the inner exception: it may quote the text.
            throw new RunAiDrException(
                Fault.ClusterUnreachable,
                $"The list of {kind.QualifiedName} holds an item with a key that is there twice.",
                "Check that the address is that of an API server and that no proxy changes its answers.");
        }
    }

    private string? Annotation(string name) => _metadata.Map("annotations")?.Text(name);
}

/// <summary>Whom a resource belongs to. <paramref name="Controls"/>: who also keeps it as it should be.</summary>
internal readonly record struct Owner(string Group, string Kind, string Name, bool Controls)
{
    public override string ToString() => $"{Kind} {Name}";
}
