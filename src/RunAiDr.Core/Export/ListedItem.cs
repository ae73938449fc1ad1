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
            // Without the inner exception: it may quote the text.
            throw new RunAiDrException(
                Fault.ClusterUnreachable,
                $"The list of {kind.QualifiedName} holds an item that is not a resource.",
                "Check that the address is that of an API server and that no proxy changes its answers.");
        }
    }

    /// <summary>The whole resource in canonical form.</summary>
    public static Resource Clean(ResourceHead head)
    {
        var body = (JsonObject)JsonNode.Parse(head.Json.Span)!; // the head was read from it: an object
        body["apiVersion"] ??= head.Kind.ApiVersion; // items of lists of built-in kinds lack both
        body["kind"] ??= head.Kind.Kind;
        return CanonicalForm.Clean(new Resource(head.Kind, body));
    }
}
