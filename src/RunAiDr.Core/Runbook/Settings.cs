using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Runbook;

/// <summary>Reads what values and runaiconfig set. Charts move their keys, so many are known by their last word only.</summary>
internal static class Settings
{
    private static readonly string[] SecretFields = ["existingSecret", "tlsSecret", "tlsSecretName"];
    private static readonly string[] PullSecretFields = ["imagePullSecrets", "additionalImagePullSecrets"];
    private static readonly string[] ImageFields = ["image", "baseImage", "repository"];
    private static readonly string[] RegistryFields = ["registry", "imageRegistry", "privateRegistryAddress"];

    public static IEnumerable<(string Class, string Path)> StorageClasses(JsonObject settings) =>
        Texts(settings, name => name is "storageClass" or "storageClassName");

    public static IEnumerable<string> IngressClasses(JsonObject settings) =>
        Texts(settings, name => name is "ingressClass" or "ingressClassName").Select(found => found.Text);

    public static IEnumerable<string> Registries(JsonObject settings) =>
        Texts(settings, name => RegistryFields.Contains(name, StringComparer.Ordinal)).Select(found => found.Text)
            .Concat(Texts(settings, name => ImageFields.Contains(name, StringComparer.Ordinal)).Select(found => HostOf(found.Text)).OfType<string>());

    // As container runtimes tell a host from a folder of the registry that they use otherwise.
    private static string? HostOf(string image) =>
        image.Split('/') is [var host, _, ..] && (host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal)) ? host : null;

    /// <summary>Names of Secrets that are expected to be there.</summary>
    public static IEnumerable<string> Secrets(JsonObject settings) =>
    [
        .. Texts(settings, name => SecretFields.Contains(name, StringComparer.Ordinal)).Select(found => found.Text),
        .. from field in Fields(settings, "")
           where PullSecretFields.Contains(field.Name, StringComparer.Ordinal) && field.Value is JsonArray
           from item in (JsonArray)field.Value
           let name = item.AsText() ?? (item as JsonObject)?.Text("name")
           where !string.IsNullOrEmpty(name)
           select name,
    ];

    public static bool RestrictsNodes(JsonObject settings) =>
        Fields(settings, "").Any(field => field.Name == "restrictScheduling" && Truth(field.Value) == true);

    public static bool? CreatesNamespaces(JsonObject settings) => Truth(At(settings, "project-controller", "createNamespaces"));

    /// <summary>What the values of the control plane add to what is known.</summary>
    public static SettingFacts OfControlPlane(SettingFacts known, JsonObject values) => known with
    {
        Domain = (At(values, "global", "domain") ?? At(values, "deployment", "domain")).AsText(),
        HasCustomAuthority = known.HasCustomAuthority || HasCustomAuthority(values),
        ExternalDatabase = Truth(At(values, "postgresql", "enabled")) == false
            ? At(values, "global", "postgresql", "auth", "host").AsText() ?? ""
            : null,
    };

    /// <summary>What the values of the cluster add to what is known.</summary>
    public static SettingFacts OfCluster(SettingFacts known, JsonObject values) => known with
    {
        ControlPlaneUrl = At(values, "controlPlane", "url").AsText(),
        ClusterUrl = At(values, "cluster", "url").AsText(),
        HasCustomAuthority = known.HasCustomAuthority || HasCustomAuthority(values),
        CreatesNamespaces = (values.Map("clusterConfig") is { } now ? CreatesNamespaces(now) : null)
            ?? (At(values, "runai-operator", "config") is JsonObject old ? CreatesNamespaces(old) : null)
            ?? true,
    };

    private static bool HasCustomAuthority(JsonObject values) => Truth(At(values, "global", "customCA", "enabled")) == true;

    private static JsonNode? At(JsonObject settings, params ReadOnlySpan<string> path)
    {
        JsonNode? node = settings;
        foreach (var key in path)
        {
            node = (node as JsonObject)?[key];
        }

        return node;
    }

    private static bool? Truth(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var truth) ? truth : null;

    private static IEnumerable<(string Text, string Path)> Texts(JsonObject settings, Func<string, bool> isWanted) =>
        from field in Fields(settings, "")
        where isWanted(field.Name)
        let text = field.Value.AsText()
        where !string.IsNullOrEmpty(text)
        select (text, field.Path);

    private static IEnumerable<(string Name, string Path, JsonNode? Value)> Fields(JsonNode? node, string path) => node switch
    {
        JsonObject map => map.SelectMany(field => Fields(field.Value, FieldPath.Join(path, field.Key))
            .Prepend((field.Key, FieldPath.Join(path, field.Key), field.Value))),
        JsonArray items => items.SelectMany((item, index) => Fields(item, $"{path}[{index}]")),
        _ => [],
    };
}
