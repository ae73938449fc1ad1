using System.Text.Json;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Scopes;

/// <summary>
/// The few fields of a resource that decide whether it is in the scope, read without building a tree, and no further than
/// they reach: most resources of a cluster are not exported.
/// </summary>
internal sealed class ResourceHead
{
    private static readonly Dictionary<string, string> NoLabels = [];

    private Dictionary<string, string>? _labels;
    private string _managerTime = "";

    private ResourceHead(ResourceKind kind, ReadOnlyMemory<byte> json)
    {
        Kind = kind;
        Json = json;
    }

    public ResourceKind Kind { get; }

    public ReadOnlyMemory<byte> Json { get; }

    public string Name { get; private set; } = "";

    public string? Namespace { get; private set; }

    public IReadOnlyDictionary<string, string> Labels => _labels ?? NoLabels;

    /// <summary>Type of a Secret.</summary>
    public string? Type { get; private set; }

    /// <summary>Role that a binding names, and its kind.</summary>
    public string? RoleName { get; private set; }

    public string? RoleKind { get; private set; }

    public bool IsControlled { get; private set; }

    public bool IsTerminating { get; private set; }

    /// <summary>Field manager that wrote last, status aside.</summary>
    public string? LastManager { get; private set; }

    public bool IsNamespace => Kind is { Group: "", Plural: "namespaces" };

    public ResourceKey Key => ResourceKey.For(Kind, Namespace, Name);

    /// <exception cref="JsonException">The text, as far as it is read, is not a JSON object with a name.</exception>
    public static ResourceHead Read(ResourceKind kind, ReadOnlyMemory<byte> json)
    {
        var head = new ResourceHead(kind, json);
        var reader = WholeJson.Reader(json.Span);
        reader.Read();
        var hasMore = HasFieldsBesideMetadata(kind);
        while ((hasMore || head.Name.Length == 0) && NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                head.ReadMetadata(ref reader);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                head.Type = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("roleRef"u8))
            {
                head.ReadRole(ref reader);
            }
            else
            {
                SkipValue(ref reader);
            }
        }

        return head.Name.Length > 0 ? head : throw new JsonException("The object has no metadata.name.");
    }

    private static bool HasFieldsBesideMetadata(ResourceKind kind) => kind.Plural is "secrets" or "rolebindings" or "clusterrolebindings";

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        var inside = Enter(ref reader, JsonTokenType.StartObject);
        while (inside && NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                Name = ReadText(ref reader) ?? "";
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                Namespace = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("deletionTimestamp"u8))
            {
                IsTerminating = ReadText(ref reader) is not null;
            }
            else if (reader.ValueTextEquals("labels"u8))
            {
                ReadLabels(ref reader);
            }
            else if (reader.ValueTextEquals("ownerReferences"u8))
            {
                ReadOwners(ref reader);
            }
            else if (reader.ValueTextEquals("managedFields"u8))
            {
                ReadManagers(ref reader);
            }
            else
            {
                SkipValue(ref reader);
            }
        }
    }

    private void ReadLabels(ref Utf8JsonReader reader)
    {
        var inside = Enter(ref reader, JsonTokenType.StartObject);
        while (inside && NextProperty(ref reader))
        {
            var key = reader.GetString() ?? "";
            (_labels ??= new Dictionary<string, string>(StringComparer.Ordinal))[key] = ReadText(ref reader) ?? "";
        }
    }

    private void ReadOwners(ref Utf8JsonReader reader)
    {
        var inside = Enter(ref reader, JsonTokenType.StartArray);
        while (inside && NextItem(ref reader))
        {
            while (NextProperty(ref reader))
            {
                var isController = reader.ValueTextEquals("controller"u8);
                reader.Read();
                IsControlled |= isController && reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
        }
    }

    private void ReadManagers(ref Utf8JsonReader reader)
    {
        var inside = Enter(ref reader, JsonTokenType.StartArray);
        while (inside && NextItem(ref reader))
        {
            string? manager = null;
            string? subresource = null;
            var time = "";
            while (NextProperty(ref reader))
            {
                if (reader.ValueTextEquals("manager"u8))
                {
                    manager = ReadText(ref reader);
                }
                else if (reader.ValueTextEquals("subresource"u8))
                {
                    subresource = ReadText(ref reader);
                }
                else if (reader.ValueTextEquals("time"u8))
                {
                    time = ReadText(ref reader) ?? "";
                }
                else
                {
                    SkipValue(ref reader);
                }
            }

            if (string.IsNullOrEmpty(subresource) && string.CompareOrdinal(time, _managerTime) >= 0)
            {
                (LastManager, _managerTime) = (manager, time);
            }
        }
    }

    private void ReadRole(ref Utf8JsonReader reader)
    {
        var inside = Enter(ref reader, JsonTokenType.StartObject);
        while (inside && NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                RoleName = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("kind"u8))
            {
                RoleKind = ReadText(ref reader);
            }
            else
            {
                SkipValue(ref reader);
            }
        }
    }

    /// <summary>Steps into the value of a property; steps over it when it is something else, null for one.</summary>
    private static bool Enter(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        reader.Read();
        if (reader.TokenType == expected)
        {
            return true;
        }

        reader.Skip();
        return false;
    }

    private static bool NextProperty(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static bool NextItem(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.StartObject;

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
