using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writes;

/// <summary>The part of metadata that belongs to the server.</summary>
internal static class ObjectMetadata
{
    private const string NameLetters = "bcdfghjklmnpqrstvwxz2456789";

    private static readonly string[] Kept =
        ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "namespace", "name", "generation"];

    public static JsonObject Of(JsonObject body) =>
        body["metadata"] as JsonObject ?? throw new InvalidOperationException("every parsed body has metadata");

    /// <summary>Fills in what a new object gets; what the client sent of it is replaced or dropped.</summary>
    public static void Begin(ResourceType type, JsonObject body, string @namespace, DateTimeOffset now)
    {
        var metadata = Of(body);
        foreach (var name in new[] { "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion" })
        {
            metadata.Remove(name);
        }

        if (string.IsNullOrEmpty((string?)metadata["name"]) && (string?)metadata["generateName"] is { Length: > 0 } prefix)
        {
            metadata["name"] = prefix[..Math.Min(prefix.Length, 58)] + RandomNumberGenerator.GetString(NameLetters, 5);
        }

        if (type.Kind.Namespaced)
        {
            metadata["namespace"] = @namespace;
        }
        else
        {
            metadata.Remove("namespace");
        }

        metadata["uid"] = NewUid();
        metadata["creationTimestamp"] = Timestamp(now);
        if (type.Has(KindTraits.Generation))
        {
            metadata["generation"] = 1;
        }
    }

    /// <summary>Takes over from the stored object what no client can change.</summary>
    public static void Continue(ResourceType type, JsonObject before, JsonObject after)
    {
        var old = Of(before);
        var metadata = Of(after);
        metadata.Remove("selfLink");
        foreach (var name in Kept)
        {
            if (name == "generation" && !type.Has(KindTraits.Generation) && metadata.ContainsKey(name))
            {
                continue;
            }

            if (old[name] is { } value)
            {
                metadata[name] = value.DeepClone();
            }
            else
            {
                metadata.Remove(name);
            }
        }

        if (type.Has(KindTraits.Generation) && !SameSpec(type, before, after))
        {
            metadata["generation"] = ((long?)old["generation"] ?? 0) + 1;
        }
    }

    public static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>Ids are the server's own and need not be repeatable.</summary>
    public static string NewUid() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    public static string VersionOf(JsonObject body) => (string?)Of(body)["resourceVersion"] ?? "";

    /// <summary>Refuses a write whose resourceVersion or uid is not that of the stored object.</summary>
    public static void CheckPreconditions(ResourceType type, StoredObject live, JsonObject next)
    {
        var metadata = Of(next);
        var version = VersionOf(next);
        if (version is not ("" or "0"))
        {
            if (!long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
            {
                throw Statuses.Internal($"strconv.ParseUint: parsing \"{version}\": invalid syntax");
            }

            if (revision != live.Revision)
            {
                throw Statuses.Conflict(type.Kind, live.Name.Name);
            }
        }

        if ((string?)metadata["uid"] is { Length: > 0 } uid && uid != live.Uid)
        {
            throw Statuses.Conflict(type.Kind, live.Name.Name,
                $"StorageError: invalid object, Code: 4, Key: /registry/{type.Kind.Plural}/{live.Name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Uid}");
        }
    }

    private static bool SameSpec(ResourceType type, JsonObject before, JsonObject after)
    {
        var names = before.Select(p => p.Key).Union(after.Select(p => p.Key), StringComparer.Ordinal)
            .Where(n => n is not ("metadata" or "kind" or "apiVersion") && !(n == "status" && type.HasStatus));
        return names.All(n => JsonNode.DeepEquals(before[n], after[n]));
    }
}
