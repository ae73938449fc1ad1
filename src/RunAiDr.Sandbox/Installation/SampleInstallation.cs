using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Installation;

/// <summary>
/// A made-up but realistic Run:ai 2.20 installation of twelve projects, as an API server answers it: what the
/// demonstration and the tests work on. Every password in it is fake.
/// </summary>
public static class SampleInstallation
{
    private const string Prefix = "Installation/";

    // Custom resources need their definition, namespaced ones their namespace.
    private static readonly string[] First = ["customresourcedefinitions", "namespaces"];

    /// <summary>Every resource but Kubernetes' own, definitions and namespaces first.</summary>
    public static IEnumerable<JsonObject> Resources()
    {
        var lists = typeof(SampleInstallation).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .OrderByDescending(name => First.Contains(name[Prefix.Length..], StringComparer.Ordinal))
            .ThenBy(name => name, StringComparer.Ordinal);
        return lists.SelectMany(Items).Where(resource => !IsOwnedByKubernetes(resource));
    }

    /// <summary>
    /// The kinds of volume snapshots and one class of the driver of the sample's volumes: an addition of its own, as
    /// many clusters lack them. Its deletion policy is <c>Delete</c>, as that of most classes.
    /// </summary>
    public static IEnumerable<JsonObject> Snapshots() =>
        ((string[])["Snapshots/definitions", "Snapshots/classes"]).SelectMany(Items);

    /// <summary>Writes the packed charts of both releases, small stand-ins with the names and values of Run:ai's, into a folder.</summary>
    /// <returns>Their paths: the control plane's, the cluster's.</returns>
    public static async Task<(string ControlPlane, string Cluster)> WriteChartsAsync(string folder, CancellationToken ct)
    {
        var paths = new List<string>();
        foreach (var chart in (string[])["control-plane-2.20.24.tgz", "runai-cluster-2.20.24.tgz"])
        {
            await using var packed = Resource($"Charts/{chart}");
            await using var file = File.Create(Path.Combine(folder, chart));
            await packed.CopyToAsync(file, ct);
            paths.Add(file.Name);
        }

        return (paths[0], paths[1]);
    }

    private static Stream Resource(string name) => typeof(SampleInstallation).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"The program lacks {name}.");

    private static IEnumerable<JsonObject> Items(string list)
    {
        using var stream = Resource(list);
        var document = JsonNode.Parse(stream)!.AsObject();

        // Items of built-in lists carry neither.
        var apiVersion = (string?)document["apiVersion"];
        var kind = ((string?)document["kind"])?[..^"List".Length];
        foreach (var item in document["items"]!.AsArray())
        {
            var resource = item!.DeepClone().AsObject();
            resource["apiVersion"] ??= apiVersion;
            resource["kind"] ??= kind;
            yield return resource;
        }
    }

    private static bool IsOwnedByKubernetes(JsonObject resource)
    {
        var metadata = resource["metadata"]!.AsObject();
        var place = (string?)metadata["namespace"] ?? ((string?)resource["kind"] == "Namespace" ? (string?)metadata["name"] : null);
        return place is "default" || place?.StartsWith("kube-", StringComparison.Ordinal) == true
            || (string?)metadata["name"] is "kube-root-ca.crt";
    }
}
