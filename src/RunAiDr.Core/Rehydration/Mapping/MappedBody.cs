using System.Text.Json.Nodes;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration.Mapping;

/// <summary>Every place of a restore point that names a namespace or a storage class.</summary>
internal static class MappedBody
{
    private static readonly string[] ClassFields = ["storageClass", "storageClassName"];

    /// <summary>Renames within <paramref name="body"/> and gives the path that it then belongs at.</summary>
    public static string Map(JsonObject body, string path, RestoreMapping mapping)
    {
        if (path == RestorePointInfo.Path)
        {
            MapCompareOnly(body, mapping);
            return path;
        }

        if (path.StartsWith(StateFolder.Values, StringComparison.Ordinal))
        {
            if (IsReleaseFile(path))
            {
                Rename(body, "namespace", mapping.Namespace);
            }

            MapClasses(body, mapping);
            return path;
        }

        if (path.StartsWith(StateFolder.Snapshots, StringComparison.Ordinal))
        {
            MapSnapshot(body, mapping);
            return path;
        }

        return StatePath.TryParse(path, out var place) ? MapResource(body, path, place, mapping) : path;
    }

    private static string MapResource(JsonObject body, string path, StatePathParts place, RestoreMapping mapping)
    {
        var metadata = body.Map("metadata") ?? [];
        Rename(metadata, "namespace", mapping.Namespace);
        if (place is { Group: "", Plural: "namespaces" })
        {
            Rename(metadata, "name", mapping.Namespace);
        }

        foreach (var subject in body.Maps("subjects"))
        {
            Rename(subject, "namespace", mapping.Namespace);
        }

        foreach (var webhook in body.Maps("webhooks"))
        {
            Rename(webhook.Map("clientConfig")?.Map("service"), "namespace", mapping.Namespace);
        }

        if (place is { Group: "", Plural: "persistentvolumeclaims" })
        {
            Rename(body.Map("spec"), "storageClassName", mapping.StorageClass);
        }

        return metadata.Text("name") is { } name && StatePath.For(new ResourceKey(place.Group, place.Plural, metadata.Text("namespace"), name)) is var mapped
            && IsRenamed(place, mapping) ? mapped : path;
    }

    private static bool IsRenamed(StatePathParts place, RestoreMapping mapping) =>
        (place.Namespace ?? (place is { Group: "", Plural: "namespaces" } ? place.Name : null)) is { } name && mapping.Namespaces.ContainsKey(name);

    private static void MapSnapshot(JsonObject reference, RestoreMapping mapping)
    {
        if (reference.Map("csi") is { } csi)
        {
            Rename(csi, "namespace", mapping.Namespace);
            Rename(csi.Map("claimSpec"), "storageClassName", mapping.StorageClass);
        }
    }

    private static void MapCompareOnly(JsonObject info, RestoreMapping mapping)
    {
        if (info["compareOnly"] is not JsonArray entries)
        {
            return;
        }

        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].AsText()?.Split('/') is [var kind, var ns, var name] && mapping.Namespaces.ContainsKey(ns))
            {
                entries[i] = $"{kind}/{mapping.Namespace(ns)}/{name}";
            }
        }
    }

    private static void MapClasses(JsonNode? values, RestoreMapping mapping)
    {
        if (values is JsonArray items)
        {
            foreach (var item in items)
            {
                MapClasses(item, mapping);
            }
        }
        else if (values is JsonObject fields)
        {
            foreach (var field in ClassFields)
            {
                Rename(fields, field, mapping.StorageClass);
            }

            foreach (var (_, value) in fields)
            {
                MapClasses(value, mapping);
            }
        }
    }

    private static void Rename(JsonObject? map, string field, Func<string, string> rename)
    {
        if (map?.Text(field) is { } name && rename(name) is var renamed && renamed != name)
        {
            map[field] = renamed;
        }
    }

    private static bool IsReleaseFile(string path) =>
        HelmReleaseFile.ReleaseOf(path) is { } release && HelmReleaseFile.Path(release) == path;
}
