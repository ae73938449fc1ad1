using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>The newest revision of a release that the target has: a Secret that helm wrote.</summary>
internal sealed record ReleaseRecord(JsonObject Secret, int Revision, HelmRelease Release)
{
    public static readonly ResourceKind Kind = new("", "v1", "Secret", "secrets", Namespaced: true);

    private const string Type = "helm.sh/release.v1";

    public string Status => Release.Status;

    /// <summary>A helm works on it, or was killed while it did.</summary>
    public bool IsPending => Status.StartsWith("pending-", StringComparison.Ordinal);

    /// <summary>Differs whenever a helm has written.</summary>
    public string? Mark => MetadataOf(Secret).Text("resourceVersion");

    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached or refuses, or the record is damaged.</exception>
    public static async Task<ReleaseRecord?> NewestAsync(
        ClusterClient cluster, string @namespace, string name, CancellationToken ct)
    {
        var records = await cluster.ListAsync(new ListSelection(Kind, @namespace, $"owner=helm,name={name}"), ct);
        var newest = records.Where(secret => secret.Text("type") == Type).MaxBy(RevisionOf);
        return newest is null
            ? null
            : new(newest, RevisionOf(newest), HelmReleaseSecret.Decode(BytesOf(newest), WhereIs(newest)));
    }

    /// <summary>Removes this record if it still is the one.</summary>
    public async Task RemoveAsync(ClusterClient cluster, CancellationToken ct)
    {
        var metadata = MetadataOf(Secret);
        var (name, uid) = (metadata.Text("name") ?? "", metadata.Text("uid") ?? "");
        await cluster.DeleteAsync(Kind, metadata.Text("namespace"), name, uid, ct);
    }

    /// <summary>The objects that this revision rendered.</summary>
    public IEnumerable<JsonObject> Objects() =>
        HelmManifest.Objects(HelmReleaseSecret.Manifest(BytesOf(Secret), WhereIs(Secret)));

    private static byte[] BytesOf(JsonObject secret) => Encoding.UTF8.GetBytes(secret.ToJsonString());

    private static string WhereIs(JsonObject secret) =>
        $"Secret {MetadataOf(secret).Text("namespace")}/{MetadataOf(secret).Text("name")}";

    private static int RevisionOf(JsonObject secret)
    {
        var version = MetadataOf(secret).Map("labels")?.Text("version");
        return int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;
    }

    private static JsonObject MetadataOf(JsonObject secret) => secret.Map("metadata") ?? [];
}
