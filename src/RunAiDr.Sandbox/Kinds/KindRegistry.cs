using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Sandbox.Kinds;

/// <summary>What is served: the built-in kinds and those of the established CustomResourceDefinitions.</summary>
internal sealed class KindRegistry
{
    private volatile IReadOnlyList<ResourceType> _all = BuiltInKinds.All;

    public IReadOnlyList<ResourceType> All => _all;

    public ResourceType? Find(string group, string version, string plural) =>
        _all.FirstOrDefault(t => t.Kind.Plural == plural && t.Kind.Group == group && t.Kind.Version == version);

    public ResourceType? FindKind(string apiVersion, string kind) =>
        _all.FirstOrDefault(t => t.Kind.Kind == kind && t.Kind.ApiVersion == apiVersion);

    public bool IsGroup(string group) => _all.Any(t => t.Kind.Group == group);

    public static bool IsBuiltInGroup(string group) => BuiltInKinds.All.Any(t => t.Kind.Group == group);

    /// <summary>Takes the custom kinds from the definitions that are served.</summary>
    public void Serve(IEnumerable<JsonObject> definitions) =>
        _all = [.. BuiltInKinds.All, .. definitions.SelectMany(TypesOf)];

    private static IEnumerable<ResourceType> TypesOf(JsonObject definition)
    {
        var spec = (JsonObject)definition["spec"]!; // validated when it was created
        var versions = ((JsonArray)spec["versions"]!).OfType<JsonObject>().ToList(); // the same
        var storage = (string)versions.First(v => (bool?)v["storage"] == true)["name"]!; // the same
        return versions.Where(v => (bool?)v["served"] == true)
            .OrderByDescending(v => (string?)v["name"], ApiVersionOrder.Instance)
            .Select(v => TypeOf((string)definition["metadata"]!["name"]!, spec, v, storage)); // the same
    }

    private static ResourceType TypeOf(string definition, JsonObject spec, JsonObject version, string storage)
    {
        var names = (JsonObject)spec["names"]!; // validated when it was created
        var kind = new ResourceKind(
            Text(spec, "group"), Text(version, "name"), Text(names, "kind"), Text(names, "plural"),
            Text(spec, "scope") == "Namespaced");
        return new ResourceType(kind)
        {
            Singular = (string?)names["singular"] ?? kind.Kind.ToLowerInvariant(),
            ListKind = (string?)names["listKind"] ?? kind.Kind + "List",
            ShortNames = Texts(names["shortNames"]),
            Categories = Texts(names["categories"]),
            Verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
            Subresources = [.. (version["subresources"] as JsonObject ?? []).Select(s => s.Key)],
            Traits = KindTraits.NeedsVersionOnUpdate | KindTraits.Generation,
            Schema = version["schema"]?["openAPIV3Schema"] as JsonObject ?? [],
            PrinterColumns = version["additionalPrinterColumns"] as JsonArray,
            StorageVersion = storage,
            Definition = definition,
        };
    }

    private static string Text(JsonObject map, string name) => (string?)map[name] ?? "";

    private static string[] Texts(JsonNode? list) => [.. (list as JsonArray ?? []).Select(n => (string?)n ?? "")];
}
