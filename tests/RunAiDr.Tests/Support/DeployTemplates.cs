using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Tests.Support;

/// <summary>What templates/deploy makes of itself with the real kustomize.</summary>
internal static class DeployTemplates
{
    public static string Base { get; } = Path.Combine(RepositoryFiles.Root, "templates", "deploy");

    public static string Monitoring { get; } = Path.Combine(Base, "monitoring");

    public static string MonitoringDefinitions { get; } =
        Path.Combine(AppContext.BaseDirectory, "TestData", "deploy", "monitoring-crds.yaml");

    public static async Task<IReadOnlyList<JsonObject>> BuildAsync(string folder)
    {
        var ended = await EndToEndPrograms.RunAsync(
            folder, new Dictionary<string, string>(StringComparer.Ordinal), "kubectl", "kustomize", folder);
        return Documents(ended.Expect(0).Output);
    }

    /// <summary>The documents of a YAML text.</summary>
    public static IReadOnlyList<JsonObject> Documents(string text) =>
    [
        .. $"\n{text}".Split("\n---\n")
            .Select(document => YamlReader.Read(Encoding.UTF8.GetBytes(document), "templates/deploy", Fault.Configuration)!.AsObject()),
    ];

    public static JsonObject Of(this IReadOnlyList<JsonObject> resources, string kind, string name) =>
        resources.Single(resource => (string)resource["kind"]! == kind && (string)resource["metadata"]!["name"]! == name);

    /// <summary>The only resource of a kind.</summary>
    public static JsonObject Of(this IReadOnlyList<JsonObject> resources, string kind) =>
        resources.Single(resource => (string)resource["kind"]! == kind);
}
