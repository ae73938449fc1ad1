using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Mapping;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.State;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Rehydration.Mapping;

public sealed class MappedStateTreeTests
{
    private static readonly RestoreMapping Mapping = new(
        new Dictionary<string, string> { ["team-a"] = "team-z" }, new Dictionary<string, string> { ["fast"] = "gold" });

    [Fact]
    public void Without_a_mapping_the_tree_is_the_saved_one()
    {
        var saved = new MemoryStateTree().Put(Given.Namespace("team-a"));

        Assert.Same(saved, MappedStateTree.Of(saved, RestoreMapping.None));
    }

    [Fact]
    public void A_namespace_is_renamed_wherever_it_is_named()
    {
        var saved = new MemoryStateTree().Put(Given.Namespace("team-a")).Put(Given.ConfigMap("team-a", "c", "1")).Put(Given.Namespace("b"))
            .Put("namespaces/b/rolebindings/readers.yaml", """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata:
                  name: readers
                  namespace: b
                roleRef:
                  apiGroup: rbac.authorization.k8s.io
                  kind: ClusterRole
                  name: view
                subjects:
                  - kind: ServiceAccount
                    name: reader
                    namespace: team-a

                """)
            .Put("values/runai-cluster.release.yaml", "chart: runai-cluster\nchartVersion: \"1\"\nnamespace: team-a\n");

        var mapped = MappedStateTree.Of(saved, Mapping);
        var point = RestorePointReader.Read(mapped);

        Assert.Empty(point.Problems);
        Assert.Equal(
            ["namespaces/b/namespace.yaml", "namespaces/b/rolebindings/readers.yaml", "namespaces/team-z/configmaps/c.yaml", "namespaces/team-z/namespace.yaml"],
            point.Resources.Select(item => item.Path));
        Assert.Equal("team-z", (string?)point.Resources[1].Resource.Body["subjects"]![0]!["namespace"]);
        Assert.Equal("team-z", point.Releases.Single().Namespace);
        Assert.DoesNotContain("team-a", string.Concat(mapped.Files.Select(file => Encoding.UTF8.GetString(mapped.Read(file.Path)!))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_storage_class_is_renamed_in_claims_and_values_and_nowhere_else()
    {
        var saved = new MemoryStateTree()
            .Put("values/runai-backend.yaml", "note: fast\npostgresql:\n  primary:\n    persistence:\n      storageClass: fast\n")
            .Put(Given.ConfigMap("b", "c", "storageClass: fast"));

        var mapped = MappedStateTree.Of(saved, Mapping);

        Assert.Equal(
            "note: fast\npostgresql:\n  primary:\n    persistence:\n      storageClass: gold\n",
            Encoding.UTF8.GetString(mapped.Read("values/runai-backend.yaml")!));
        Assert.Equal(saved.Read("namespaces/b/configmaps/c.yaml"), mapped.Read("namespaces/b/configmaps/c.yaml"));
    }

    [Fact]
    public void Placeholders_are_named_by_the_new_place_and_take_the_values_of_the_old()
    {
        var saved = new MemoryStateTree().Put(Given.ConfigMap("team-a", "c", Placeholder.For("namespaces/team-a/configmaps/c/data.k")));
        var values = new Dictionary<string, SecretText> { ["namespaces/team-a/configmaps/c/data.k"] = new("v") };

        var point = RestorePointReader.Read(MappedStateTree.Of(saved, Mapping));

        Assert.Equal(
            Placeholder.For("namespaces/team-z/configmaps/c/data.k"), (string?)point.Resources.Single().Resource.Body["data"]!["k"]);
        Assert.Equal("v", Mapping.Named(values)["namespaces/team-z/configmaps/c/data.k"].Reveal());
    }

    [Theory]
    [InlineData("team-a", "namespaces/team-z/configmaps/c/data.k")]
    [InlineData("team-z", "namespaces/team-a/configmaps/c/data.k")]
    public void A_placeholder_of_another_document_stays_one(string ns, string name)
    {
        var saved = new MemoryStateTree().Put(Given.ConfigMap(ns, "c", Placeholder.For(name)));

        var point = RestorePointReader.Read(MappedStateTree.Of(saved, Mapping));

        Assert.Contains(point.Problems, problem => problem.Message.Contains(name, StringComparison.Ordinal));
        Assert.Empty(point.Resources);
    }

    [Fact]
    public void What_is_not_touched_keeps_its_bytes_and_its_blob()
    {
        var saved = SampleRestorePoint.Tree();

        var mapped = MappedStateTree.Of(saved, Mapping);

        Assert.Equal(saved.Files, mapped.Files);
    }

    [Fact]
    public void Files_know_their_blob_so_that_a_verification_compares_with_the_mapped_ones()
    {
        var mapped = MappedStateTree.Of(new MemoryStateTree().Put(Given.Namespace("team-a")), Mapping);

        Assert.All(mapped.Files, file => Assert.Equal(GitObjectId.OfBlob(mapped.Read(file.Path)), file.BlobId));
    }

    [Fact]
    public void Two_resources_never_become_one()
    {
        var saved = new MemoryStateTree().Put(Given.Namespace("team-a")).Put(Given.Namespace("team-z"));

        var fault = Assert.Throws<RunAiDrException>(() => MappedStateTree.Of(saved, Mapping));

        Assert.Equal(Fault.NeedsOperator, fault.Fault);
    }

    [Fact]
    public void A_damaged_file_is_left_to_whoever_reads_it()
    {
        var mapped = MappedStateTree.Of(new MemoryStateTree().Put("namespaces/team-a/namespace.yaml", "a: ["), Mapping);

        Assert.Single(RestorePointReader.Read(mapped).Problems);
    }
}
