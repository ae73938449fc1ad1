using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Secrets;

/// <summary>Replaces the secrets of exported documents by placeholders.</summary>
internal static class Redactor
{
    // Their texts are names, verbs and schemas; "password" there is the name of a property, not a setting.
    private static readonly string[] GroupsWithoutData = [KnownKinds.Rbac, "apiextensions.k8s.io"];

    /// <summary>Values that a user supplied to a Helm release. The values given are changed in place.</summary>
    /// <param name="values">The values.</param>
    /// <param name="document">First part of the placeholder names, such as <c>values/runai-backend</c>.</param>
    /// <param name="rules">Those for the chart of the release.</param>
    public static Redaction Values(JsonObject values, string document, SecretRules rules)
    {
        var walk = new RedactionWalk(document, rules);
        walk.Object(values);
        return walk.Finish(values);
    }

    /// <summary>A resource in canonical form. Its body is changed in place.</summary>
    /// <param name="resource">The resource; of a Secret all data is taken out, its keys, type and labels stay.</param>
    /// <param name="rules">Which values are secrets besides those that give themselves away.</param>
    public static Redaction Resource(Resource resource, SecretRules rules)
    {
        var document = Path.ChangeExtension(StatePath.For(resource.Key), null);
        var walk = new RedactionWalk(document, rules);
        foreach (var (key, value) in resource.Body.ToList())
        {
            if (key is "apiVersion" or "kind")
            {
                continue;
            }

            if (key == "metadata")
            {
                walk.Annotations(resource.Metadata["annotations"] as JsonObject);
            }
            else if (IsSecretData(resource, key) && value is JsonObject data)
            {
                walk.EveryValue(data, isBase64: key == "data");
            }
            else if (GroupsWithoutData.Contains(resource.Kind.Group, StringComparer.Ordinal))
            {
                walk.Placeholders(resource.Body, key, value);
            }
            else
            {
                walk.Property(resource.Body, key, value);
            }
        }

        return walk.Finish(resource.Body);
    }

    private static bool IsSecretData(Resource resource, string key) =>
        resource.Kind is { Group: "", Plural: "secrets" } && key is "data" or "stringData";
}
