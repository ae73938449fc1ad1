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

    public static JsonObject Of(JsonObject body) =>
        body["metadata"] as JsonObject ?? throw new InvalidOperationException("every parsed body has metadata");

    /// <summary>Gives a new object its name and namespace.</summary>
    public static void Name(ResourceType type, JsonObject body, string @namespace)
    {
        var metadata = Of(body);
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
}
