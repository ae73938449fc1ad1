using System.Text.Json.Nodes;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Core.Runbook;

/// <summary>Which placeholders stand where, and which Secrets are named but not saved.</summary>
internal sealed class SecretNeeds
{
    private readonly SortedDictionary<string, SecretNeed> _needs = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _named = new(StringComparer.Ordinal);
    private readonly HashSet<string> _saved = new(StringComparer.Ordinal);

    public IReadOnlyList<SecretNeed> All => [.. _needs.Values];

    /// <summary>As <c>namespace/name</c>.</summary>
    public IReadOnlyCollection<string> Unsaved => [.. _named.Where(name => !_saved.Contains(name))];

    /// <param name="key">What it is.</param>
    /// <param name="body">Its body, placeholders in it.</param>
    /// <param name="isFree">Nothing was taken out of it, so there is nothing to look for but in a Secret.</param>
    public void Resource(ResourceKey key, JsonObject body, bool isFree)
    {
        var isSecret = key is { Group: "", Plural: "secrets" };
        if (isSecret)
        {
            _saved.Add($"{key.Namespace}/{key.Name}");
        }

        if (isSecret || !isFree)
        {
            Find(body, "", (name, field) => new SecretNeed(name, null, key, field, body.Text("type")));
        }
    }

    public void Release(HelmRelease release)
    {
        Find(release.Values, "", (name, field) => new SecretNeed(name, release.Name, null, field, null));
        _named.UnionWith(Settings.Secrets(release.Values).Select(name => $"{release.Namespace}/{name}"));
    }

    private void Find(JsonNode? node, string path, Func<string, string, SecretNeed> need)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (key, value) in map)
                {
                    Find(value, FieldPath.Join(path, key), need);
                }

                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    Find(items[i], $"{path}[{i}]", need);
                }

                break;
            default:
                foreach (var name in Placeholder.NamesIn(node.AsText() ?? ""))
                {
                    _needs.TryAdd(name, need(name, path));
                }

                break;
        }
    }
}
