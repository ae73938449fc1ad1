using RunAiDr.Core.Comparison;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Comparison;

public sealed class VerifyResultTests
{
    private const string OwnedPath = "namespaces/runai-vision/rolebindings/runai-project-vision-access.yaml";

    private readonly MemoryStateTree _saved = SampleRestorePoint.Tree();

    [Fact]
    public void A_cluster_that_holds_the_same_is_equal()
    {
        var result = Verify(_saved.Copy());

        Assert.True(result.Equal);
        Assert.Equal("equal", Assert.Single(DifferenceText.Lines(result)));
    }

    [Fact]
    public void What_only_the_control_plane_brings_back_does_not_make_it_unequal()
    {
        var live = _saved.Copy();
        foreach (var file in _saved.Files.Where(file => IsOfControlPlane(file.Path)))
        {
            live.Remove(file.Path);
        }

        live.Put(OwnedPath, WithoutOwner(_saved));

        var result = Verify(live);

        Assert.True(result.Equal);
        Assert.Equal(26, result.Deferred.Count);
        Assert.All(result.Deferred, deferred => Assert.Equal("the control plane", deferred.WaitsFor));
        Assert.Equal("equal, but for 26 files that others bring back", DifferenceText.Lines(result).Last());
    }

    [Fact]
    public void A_lost_owner_reference_counts_when_its_owner_is_there()
    {
        var result = Verify(_saved.Copy().Put(OwnedPath, WithoutOwner(_saved)));

        Assert.Equal(OwnedPath, Assert.Single(result.Differences).Path);
    }

    [Fact]
    public void A_changed_project_counts()
    {
        var live = _saved.Copy().Put("cluster/projects.run.ai/vision.yaml", "apiVersion: run.ai/v2\nkind: Project\nmetadata:\n  name: vision\n");

        Assert.False(Verify(live).Equal);
    }

    [Fact]
    public void Values_wait_for_their_release_only_while_it_is_not_installed()
    {
        _saved.Put("values/runai-cluster.release.yaml", "chart: runai-cluster\n");
        var absent = _saved.Copy().Remove("values/runai-cluster.yaml").Remove("values/runai-cluster.release.yaml");
        var half = _saved.Copy().Remove("values/runai-cluster.yaml");

        Assert.True(Verify(absent).Equal);
        Assert.Equal(2, Verify(absent).Deferred.Count);
        Assert.False(Verify(half).Equal);
    }

    [Fact]
    public void Another_identity_is_information_and_another_scope_a_warning()
    {
        var live = _saved.Copy().Put("restore-point.yaml", MemoryStateTree.Header
            .Replace("v1.36.3", "v1.37.0", StringComparison.Ordinal)
            .Replace("scopeDigest: abc", "scopeDigest: def", StringComparison.Ordinal));

        var result = Verify(live);

        Assert.True(result.Equal);
        Assert.Equal("restore-point.yaml: kubernetesVersion: v1.36.3 → v1.37.0", Assert.Single(result.Information));
        Assert.Contains("scopeDigest: abc → def", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_cluster_admin_binding_waits_and_an_added_one_is_a_dangerous_difference()
    {
        var binding = Given.Binding(null, "break-glass", "cluster-admin", "eve");
        var with = _saved.Copy().Put(binding);

        Assert.Equal("binds to cluster-admin", Assert.Single(Assert.Single(Verify(with).Differences).Dangers));

        var saved = _saved.Copy();
        _saved.Put(binding);
        Assert.True(Verify(saved).Equal);
    }

    [Fact]
    public void Secrets_that_could_not_be_compared_are_said()
    {
        _saved.Put("secrets/values/runai-backend.macs.yaml", "a: b\n");

        var result = Verify(_saved.Copy());

        Assert.True(result.Equal);
        Assert.StartsWith("The values of secrets were not compared", Assert.Single(result.Information), StringComparison.Ordinal);
    }

    private static bool IsOfControlPlane(string path) => path.Split('/') is
        ["cluster", "projects.run.ai" or "departments.scheduling.run.ai" or "nodepools.run.ai" or "accessrules.run.ai", _];

    private static string WithoutOwner(MemoryStateTree tree)
    {
        var text = System.Text.Encoding.UTF8.GetString(tree.Read(OwnedPath)!).Split('\n').ToList();
        var at = text.IndexOf("  ownerReferences:");
        var end = text.FindIndex(at + 1, line => !line.StartsWith("    ", StringComparison.Ordinal) && !line.StartsWith("  -", StringComparison.Ordinal));
        text.RemoveRange(at, end - at);
        return string.Join('\n', text);
    }

    private VerifyResult Verify(MemoryStateTree live)
    {
        var comparison = new LiveComparison(_saved);
        live.PutInto(comparison);
        return VerifyResult.Of(comparison.Finish(), _saved);
    }
}
