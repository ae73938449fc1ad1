using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Kinds;

/// <summary>Turns stored objects into the JSON that is sent.</summary>
internal static class Representation
{
    /// <summary>The object in the version of <paramref name="type"/>; stored bytes as they are wherever that is the same.</summary>
    public static ReadOnlyMemory<byte> Bytes(ResourceType type, StoredObject stored)
    {
        var body = stored.Body ?? throw new InvalidOperationException($"{stored.Name} is deleted");
        return type.Kind.Version == type.StorageVersion ? body : JsonText.Write(Read(type, stored), sorted: true);
    }

    /// <summary>A copy of the object in the version of <paramref name="type"/>. Conversion is by name only (strategy None).</summary>
    public static JsonObject Read(ResourceType type, StoredObject stored)
    {
        var body = stored.Read();
        if (type.Kind.Version != type.StorageVersion)
        {
            return BodyDecoder.AtVersion(type.Rules, body);
        }

        return body;
    }

    /// <summary>As an item of a list: built-in kinds go without kind and apiVersion.</summary>
    public static ReadOnlyMemory<byte> Item(ResourceType type, StoredObject stored)
    {
        var body = Bytes(type, stored);
        return type.IsCustom ? body : body[(Head(type).Length - 1)..];
    }

    /// <summary>What every stored body of a built-in kind begins with.</summary>
    public static byte[] Head(ResourceType type) =>
        Encoding.UTF8.GetBytes($"{{\"kind\":\"{type.Kind.Kind}\",\"apiVersion\":\"{type.Kind.ApiVersion}\",");

    public static JsonObject Metadata(StoredObject stored) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = stored.Read()["metadata"]?.DeepClone(),
    };

    /// <summary>Kind and apiVersion first, as every body of a built-in kind is stored.</summary>
    public static JsonObject Ordered(ResourceType type, JsonObject body)
    {
        var ordered = new JsonObject { ["kind"] = type.Kind.Kind, ["apiVersion"] = type.Kind.Group.Length == 0 ? type.StorageVersion : $"{type.Kind.Group}/{type.StorageVersion}" };
        var metadata = body["metadata"];
        body.Remove("metadata");
        ordered["metadata"] = metadata;
        foreach (var (name, value) in body.ToList())
        {
            if (name is not ("kind" or "apiVersion"))
            {
                body.Remove(name);
                ordered[name] = value;
            }
        }

        return ordered;
    }

    /// <summary>Writes the item with its leading brace where <see cref="Item"/> has cut the head.</summary>
    public static void WriteItem(IBufferWriter<byte> output, ResourceType type, StoredObject stored)
    {
        var item = Item(type, stored).Span;
        output.Write(type.IsCustom ? item[..1] : "{"u8);
        output.Write(item[1..]);
    }
}
