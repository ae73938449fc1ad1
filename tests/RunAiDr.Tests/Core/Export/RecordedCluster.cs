using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Tests.Core.Export;

/// <summary>The recorded Run:ai installation as a cluster: answers list requests as its API server did.</summary>
internal sealed class RecordedCluster : IClusterReader
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "TestData", "runai-cluster");

    private readonly Dictionary<ResourceKind, List<JsonObject>> _items = [];

    public RecordedCluster()
    {
        foreach (var line in File.ReadLines(Path.Combine(Folder, "live", "requests.tsv")))
        {
            var (file, url) = (line.Split('\t')[0], line.Split('\t')[1][4..].Split('?')[0]);
            if (url.Contains("/namespaces/runai/") || JsonNode.Parse(File.ReadAllBytes(Path.Combine(Folder, "live", file))) is not JsonObject list
                || list["items"] is not JsonArray items)
            {
                continue;
            }

            var kind = KindOf(url, (string)list["kind"]!, items);
            _items.TryAdd(kind, []);
            _items[kind].AddRange(items.Select(item => item!.DeepClone().AsObject())
                .Where(item => !_items[kind].Exists(known => Same(known, item))));
        }
    }

    /// <summary>How many items make a page.</summary>
    public int PageSize { get; init; } = 500;

    public string Distribution { get; init; } = "kubernetes";

    /// <summary>Gives another order to the items of each list.</summary>
    public Random? Shuffle { get; init; }

    /// <summary>After how many pages the first attempt is void.</summary>
    public int? ExpiresAfter { get; init; }

    public List<ListSelection> Asked { get; } = [];

    public List<JsonObject> this[string qualifiedName] =>
        _items.First(entry => entry.Key.QualifiedName == qualifiedName).Value;

    public void Remove(string qualifiedName)
    {
        foreach (var kind in _items.Keys.Where(kind => kind.QualifiedName == qualifiedName).ToList())
        {
            _items.Remove(kind);
        }
    }

    public IEnumerable<(ResourceKind Kind, JsonObject Item)> All() =>
        _items.SelectMany(entry => entry.Value, (entry, item) => (entry.Key, item));

    public Task<ClusterIdentity> IdentifyAsync(CancellationToken ct) =>
        Task.FromResult(new ClusterIdentity("7f9c0f2e-0000-4000-8000-000000000001", "v1.36.3", Distribution));

    public Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ResourceKind>>([.. _items.Keys]);

    public async IAsyncEnumerable<CutPage> ReadCutAsync(
        IReadOnlyList<ListSelection> selections, [EnumeratorCancellation] CancellationToken ct)
    {
        Asked.Clear();
        Asked.AddRange(selections);
        var pages = selections.SelectMany(Pages).ToList();
        foreach (var (selection, items) in pages.Take(ExpiresAfter ?? 0))
        {
            yield return new CutPage(1, "600", selection, items);
        }

        foreach (var (selection, items) in pages)
        {
            await Task.Yield();
            yield return new CutPage(ExpiresAfter is null ? 1 : 2, "677", selection, items);
        }
    }

    private IEnumerable<(ListSelection Selection, ReadOnlyMemory<byte>[] Items)> Pages(ListSelection selection)
    {
        var selector = selection.LabelSelector is { } text ? LabelSelector.TryParse(text, out _) : null;
        var items = _items[selection.Kind]
            .Where(item => selection.Namespace is null || (string?)item["metadata"]!["namespace"] == selection.Namespace)
            .Where(item => selector?.Matches(LabelsOf(item)) ?? true)
            .Select(item => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(item.ToJsonString()))
            .ToArray();
        Shuffle?.Shuffle(items);
        return items.Chunk(PageSize).DefaultIfEmpty([]).Select(page => (selection, page));
    }

    private static Dictionary<string, string> LabelsOf(JsonObject item) =>
        item["metadata"]!["labels"]?.Deserialize<Dictionary<string, string>>() ?? [];

    private static bool Same(JsonObject one, JsonObject other) =>
        (string?)one["metadata"]!["uid"] == (string?)other["metadata"]!["uid"];

    private static ResourceKind KindOf(string url, string listKind, JsonArray items)
    {
        var parts = url.Trim('/').Split('/');
        var (group, version) = parts[0] == "api" ? ("", parts[1]) : (parts[1], parts[2]);
        return new ResourceKind(
            group, version, listKind[..^"List".Length], parts[^1], items.Any(item => item!["metadata"]!["namespace"] is not null));
    }
}
