using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;

namespace RunAiDr.Sandbox.Writing;

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
}
