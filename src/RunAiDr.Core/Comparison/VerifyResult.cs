using System.Text.Json.Nodes;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Comparison;

/// <summary>A difference that is expected for now, and what ends it.</summary>
public sealed record DeferredDifference(StateDifference Difference, string WaitsFor);

/// <summary>
/// Whether a cluster holds what a restore point holds. <paramref name="Deferred"/> differences do not count: they end
/// when somebody else has done his part. <paramref name="Information"/> says how the two clusters differ as such.
/// </summary>
public sealed record VerifyResult(
    IReadOnlyList<StateDifference> Differences,
    IReadOnlyList<DeferredDifference> Deferred,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Information)
{
    private const string ControlPlane = "the control plane";
    private const string NobodyElse = "somebody who creates it by hand: a rehydration binds nobody to cluster-admin";
    private const string Release = "the Helm release: it is not installed, and not handled by a rehydration";

    public bool Equal => Differences.Count == 0;

    /// <exception cref="RunAiDrException">The restore point has no readable <c>restore-point.yaml</c>.</exception>
    public static VerifyResult Of(StateDifferences differences, IStateTree restorePoint)
    {
        var info = RestorePointInfo.Parse(restorePoint.Read(RestorePointInfo.Path) ?? [], RestorePointInfo.Path);
        var header = differences.Items.FirstOrDefault(item => item.Path == RestorePointInfo.Path);
        var files = differences.Items.Where(item => item.Path != RestorePointInfo.Path).ToArray();
        var lostOwners = files.Where(file => IsMissingCompareOnly(file, info))
            .Select(file => file.SavedBody is { } body ? OwnerReference.To(body) : null).OfType<OwnerReference>().ToHashSet();
        var judged = files.Select(file => (File: file, Waits: WaitsFor(file, differences, info, lostOwners))).ToArray();
        var (weighty, plain) = (header?.Fields.Where(Matters), header?.Fields.Where(field => !Matters(field)));
        return new VerifyResult(
            [.. judged.Where(item => item.Waits is null).Select(item => item.File)],
            [.. from item in judged where item.Waits is not null select new DeferredDifference(item.File, item.Waits)],
            [.. weighty?.Select(field => $"{RestorePointInfo.Path}: {field}: what is exported differs") ?? []],
            [.. plain?.Select(field => $"{RestorePointInfo.Path}: {field}") ?? [], .. NotCompared(differences, restorePoint)]);
    }

    private static IEnumerable<string> NotCompared(StateDifferences differences, IStateTree restorePoint) =>
        !differences.HasSecrets && restorePoint.Files.Any(file => SealedFiles.IsMacs(file.Path))
            ? ["The values of secrets were not compared: that takes the key of secrets.hmacKeyFile, and no namespace or storage class under another name."]
            : [];

    private static string? WaitsFor(
        StateDifference file,
        StateDifferences all,
        RestorePointInfo info,
        HashSet<OwnerReference> lostOwners)
    {
        if (IsMissingCompareOnly(file, info))
        {
            return file.SavedBody is { } body && Danger.IsClusterAdminBinding(body) ? NobodyElse : ControlPlane;
        }

        if (OnlyLostOwnersDiffer(file, lostOwners))
        {
            return ControlPlane;
        }

        return file.Kind == DifferenceKind.Missing
            && HelmReleaseFile.ReleaseOf(file.Path) is { } release
            && !all.LivePaths.Any(path => HelmReleaseFile.ReleaseOf(path) == release)
            ? Release
            : null;
    }

    private static bool IsMissingCompareOnly(StateDifference file, RestorePointInfo info) =>
        file is { Kind: DifferenceKind.Missing, SavedBody: { } body }
        && (Danger.IsClusterAdminBinding(body)
            || (KeyOf(file) is { } key && info.IsCompareOnly(key)));

    private static ResourceKey? KeyOf(StateDifference file) =>
        StatePath.TryParse(file.Path, out var parts)
        && (parts.Name ?? file.SavedBody?.Map("metadata")?.Text("name")) is { } name
            ? new ResourceKey(parts.Group, parts.Plural, parts.Namespace, name)
            : null;

    private static bool OnlyLostOwnersDiffer(StateDifference file, HashSet<OwnerReference> lostOwners)
    {
        if (file is not { Kind: DifferenceKind.Changed, SavedBody: { } saved, LiveBody: { } live })
        {
            return false;
        }

        var expected = (JsonObject)saved.DeepClone();
        var metadata = expected.Map("metadata");
        foreach (var owner in metadata?.Maps("ownerReferences").ToArray() ?? [])
        {
            if (lostOwners.Contains(OwnerReference.From(owner)))
            {
                (metadata?["ownerReferences"] as JsonArray)?.Remove(owner);
            }
        }

        if (metadata?["ownerReferences"] is JsonArray { Count: 0 })
        {
            metadata.Remove("ownerReferences");
        }

        return JsonNode.DeepEquals(expected, live);
    }

    private static bool Matters(FieldChange field) => field.Field is "formatVersion" or "scopeDigest";
}
