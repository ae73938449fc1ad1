using System.Text.Json.Nodes;
using RunAiDr.Cluster.Http;
using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Reading;

/// <summary>
/// What the server serves: two requests where it knows aggregated discovery, else one per group version. Kinds that
/// cannot be listed and subresources are left out.
/// <para>
/// A group whose own API server is down is never left out without a word: its kinds are given as last known, so that
/// listing one fails by name; when the server does not know them either, discovery fails. The metrics APIs are
/// excepted: they measure and hold nothing to save.
/// </para>
/// </summary>
internal sealed class Discovery(ApiConnection api)
{
    private const string Aggregated =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    private const int AtOnce = 8;
    private const int MostVersions = 2000; // each is a request

    private static readonly string[] Measurements = ["metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"];

    public async Task<IReadOnlyList<ResourceKind>> ReadAsync(CancellationToken ct)
    {
        var kinds = new List<ResourceKind>();
        foreach (var path in (string[])["/api", "/apis"])
        {
            var request = new ApiRequest(HttpMethod.Get, path) { Accept = Aggregated };
            var body = await api.ObjectAsync(request, ct);
            kinds.AddRange(body.Text("kind") switch
            {
                "APIGroupDiscoveryList" => FromAggregated(body),
                "APIVersions" => await FromVersionsAsync(
                    [.. body.Texts("versions").Select(version => (Group: "", Version: version))], ct),
                "APIGroupList" => await FromVersionsAsync([.. body.Maps("groups").SelectMany(VersionsOf)], ct),
                _ => throw ApiFailure.Broken(request, api.Server, "the answer is no discovery document"),
            });
        }

        return kinds;
    }

    /// <summary>The names of the served groups.</summary>
    public async Task<IReadOnlyList<string>> GroupsAsync(CancellationToken ct)
    {
        var body = await api.ObjectAsync(new ApiRequest(HttpMethod.Get, "/apis"), ct);
        return [.. body.Maps("groups").Select(g => g.Text("name") ?? "")];
    }

    private List<ResourceKind> FromAggregated(JsonObject body)
    {
        var kinds = new List<ResourceKind>();
        foreach (var group in body.Maps("items"))
        {
            var name = group.Map("metadata")?.Text("name") ?? "";
            foreach (var version in group.Maps("versions"))
            {
                var resources = version.Maps("resources").ToList();
                if (version.Text("freshness") == "Stale" && resources.Count == 0)
                {
                    RefuseStale(name, version.Text("version"));
                }

                kinds.AddRange(resources.Where(CanBeListed).Select(r => new ResourceKind(
                    name,
                    version.Text("version") ?? "",
                    r.Map("responseKind")?.Text("kind") ?? "",
                    r.Text("resource") ?? "",
                    r.Text("scope") == "Namespaced")));
            }
        }

        return kinds;
    }

    private async Task<List<ResourceKind>> FromVersionsAsync(
        IReadOnlyList<(string Group, string Version)> versions, CancellationToken ct)
    {
        if (versions.Count > MostVersions)
        {
            throw ApiFailure.Broken(
                new ApiRequest(HttpMethod.Get, "/apis"), api.Server, $"the server claims to serve {versions.Count} versions of groups, more than {MostVersions}");
        }

        var found = new List<ResourceKind>[versions.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };
        await Parallel.ForAsync(0, versions.Count, options, async (i, token) =>
            found[i] = await FromVersionAsync(versions[i].Group, versions[i].Version, token));
        return [.. found.SelectMany(kinds => kinds)];
    }

    private async Task<List<ResourceKind>> FromVersionAsync(string group, string version, CancellationToken ct)
    {
        var request = new ApiRequest(HttpMethod.Get, group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}");
        var answer = await api.SendAsync(request, null, ct);
        if (answer.Status == 404)
        {
            return []; // deleted since the groups were read
        }

        if (answer.Status == 503)
        {
            RefuseStale(group, version);
            return [];
        }

        var body = api.ObjectOf(request, answer);
        return [.. body.Maps("resources")
            .Where(r => CanBeListed(r) && !(r.Text("name") ?? "/").Contains('/'))
            .Select(r => new ResourceKind(
                group, version, r.Text("kind") ?? "", r.Text("name") ?? "", r.IsTrue("namespaced")))];
    }

    private static IEnumerable<(string Group, string Version)> VersionsOf(JsonObject group)
    {
        var preferred = group.Map("preferredVersion")?.Text("version");
        return group.Maps("versions")
            .Select(v => (group.Text("name") ?? "", v.Text("version") ?? ""))
            .OrderBy(v => v.Item2 == preferred ? 0 : 1);
    }

    private static bool CanBeListed(JsonObject resource) => resource.Texts("verbs").Contains("list", StringComparer.Ordinal);

    private void RefuseStale(string group, string? version)
    {
        if (!Measurements.Contains(group, StringComparer.Ordinal))
        {
            throw new RunAiDrException(
                Fault.ClusterUnreachable,
                api.Words.Of($"{api.Server.Authority}: the API {group}/{version} is registered but does not answer, so its kinds are unknown"),
                api.Words.Of($"See `kubectl get apiservice {version}.{group}`; repair the server behind it or delete the APIService."));
        }
    }
}
