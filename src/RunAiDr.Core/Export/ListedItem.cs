using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Export;

/// <summary>A resource as a list or a watch of the API server gives it.</summary>
internal static class ListedItem
{
    /// <exception cref="RunAiDrException">The text is not a resource.</exception>
    public static ResourceHead HeadOf(ResourceKind kind, ReadOnlyMemory<byte> item)
    {
        try
        {
            return ResourceHead.Read(kind, item);
        }
        catch (JsonException)
        {
            throw NoResource(kind);
        }
    }

    /// <summary>The whole resource in canonical form.</summary>
    /// <exception cref="RunAiDrException">A key is there twice.</exception>
    public static Resource Clean(ResourceHead head)
    {
        var body = BodyOf(head);
        body["apiVersion"] ??= head.Kind.ApiVersion; // items of lists of built-in kinds lack both
        body["kind"] ??= head.Kind.Kind;
        return CanonicalForm.Clean(new Resource(head.Kind, body));
    }

    public static JsonObject BodyOf(ResourceHead head)
    {
        try
        {
            return WholeJson.Checked(head.Json.Span) as JsonObject ?? throw NoResource(head.Kind);
        }
        catch (JsonException)
        {
            throw NoResource(head.Kind);
        }
    }

    // Without the inner exception: it may quote the text.
    private static RunAiDrException NoResource(ResourceKind kind) => new(
        Fault.ClusterUnreachable,
        $"The list of {kind.QualifiedName} holds an item that is not a resource.",
        "Check that the address is that of an API server and that no proxy changes its answers.");
}
