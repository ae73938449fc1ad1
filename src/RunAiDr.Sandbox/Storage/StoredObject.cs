using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Storage;

/// <summary>One version of one object. <see cref="Body"/> is its canonical JSON, null when this version is its deletion.</summary>
internal sealed class StoredObject
{
    public required ObjectName Name { get; init; }

    public required long Revision { get; init; }

    public required byte[]? Body { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public string Uid { get; init; } = "";

    /// <summary>Uids of the owners, null when there are none.</summary>
    public string[]? Owners { get; init; }

    public bool Terminating { get; init; }

    /// <summary>The version before this one, until compaction.</summary>
    public StoredObject? Previous { get; set; }

    /// <summary>A fresh copy that the caller may change.</summary>
    public JsonObject Read() =>
        (JsonObject?)JsonText.Read(Body) ?? throw new InvalidOperationException($"{Name} is deleted");

    public static StoredObject Of(ObjectName name, JsonObject body, byte[] text, long revision, StoredObject? previous)
    {
        var metadata = body["metadata"] as JsonObject ?? [];
        return new StoredObject
        {
            Name = name,
            Revision = revision,
            Body = text,
            Previous = previous,
            Uid = (string?)metadata["uid"] ?? "",
            Labels = (metadata["labels"] as JsonObject)?.ToDictionary(l => l.Key, l => (string?)l.Value ?? "", StringComparer.Ordinal),
            Owners = (metadata["ownerReferences"] as JsonArray)?.Select(o => (string?)o?["uid"] ?? "").ToArray(),
            Terminating = metadata["deletionTimestamp"] is not null,
        };
    }

    public static StoredObject Deleted(StoredObject last, long revision) =>
        new() { Name = last.Name, Revision = revision, Body = null, Previous = last, Uid = last.Uid };
}

/// <summary>A change of one object at one revision; <paramref name="Before"/> is null when it was created.</summary>
internal sealed record StoredChange(long Revision, StoredObject? Before, StoredObject After);
