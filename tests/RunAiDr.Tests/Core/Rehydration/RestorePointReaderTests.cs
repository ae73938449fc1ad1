using System.Text;
using RunAiDr.Core.Rehydration;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Rehydration;

public sealed class RestorePointReaderTests
{
    [Fact]
    public void The_sample_installation_is_read_whole()
    {
        var tree = SampleRestorePoint.Tree();

        var restorePoint = RestorePointReader.Read(tree);

        Assert.Empty(restorePoint.Problems);
        Assert.Equal(tree.Files.Count() - 4, restorePoint.Resources.Count);
        Assert.Equal(["snapshots/database.yaml", "values/runai-cluster.release.yaml", "values/runai-cluster.yaml"], restorePoint.NotHandled);
        Assert.Equal(("runai-cluster", "runai"), (restorePoint.Releases.Single().Chart, restorePoint.Releases.Single().Namespace));
        Assert.Equal("before-upgrade", restorePoint.Snapshots.Single().Checkpoint);
        Assert.Equal(25, restorePoint.CompareOnly.Count());
    }

    [Theory]
    [InlineData("cluster/queues.scheduling.run.ai/q.yaml", "a: [", "not valid YAML")]
    [InlineData("templates/a.yaml", "a: 1\n---\nb: 2\n", "second document")]
    [InlineData("templates/a.yaml", "", "holds no Kubernetes object")]
    [InlineData("templates/a.yaml", "- a\n", "holds no Kubernetes object")]
    [InlineData("templates/a.yaml", "kind: ConfigMap\nmetadata:\n  name: a\n", "has no apiVersion")]
    [InlineData("templates/a.yaml", "apiVersion: v1\nmetadata:\n  name: a\n", "has no kind")]
    [InlineData("templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: 7\n", "has no metadata.name")]
    [InlineData("templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [a]\n", "has no metadata.name")]
    [InlineData("templates/a.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: runai\n", ":2: has kind Secret")]
    [InlineData("templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n  namespace: runai\n", ":4: is configmaps/b")]
    [InlineData("templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: kube-system\n", ":5: has namespace kube-system")]
    [InlineData("templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n", "has namespace (none)")]
    [InlineData("cluster/projects.run.ai/a.yaml", "apiVersion: evil.io/v2\nkind: Project\nmetadata:\n  name: a\n", ":1: has apiVersion evil.io/v2")]
    [InlineData("namespaces/a/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: b\n", "is namespaces/b")]
    [InlineData("secret-plans/a.yaml", "a: 1\n", "is no file that an export writes")]
    [InlineData("cluster/a.yaml", "a: 1\n", "is no file that an export writes")]
    [InlineData("namespaces/a/rolebindings/x/y.yaml", "a: 1\n", "is no file that an export writes")]
    [InlineData("templates/%61.yaml", "a: 1\n", "is no file that an export writes")]
    [InlineData("templates/notes.txt", "a", "is no file that an export writes")]
    public void What_is_wrong_with_a_file_is_said_with_its_path(string path, string content, string expected)
    {
        var problem = Assert.Single(RestorePointReader.Read(new MemoryStateTree().Put(path, content)).Problems);

        Assert.Equal(path, problem.Path);
        Assert.StartsWith(path, problem.Message, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Remedy);
    }

    [Fact]
    public void A_placeholder_of_another_document_is_refused_with_its_line()
    {
        var tree = new MemoryStateTree()
            .Put("templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: runai\n  annotations:\n    x: 'see runai-dr-secret:values/runai-backend/global.password:'\n")
            .Put("values/r.release.yaml", "chart: r\nchartVersion: \"1\"\nnamespace: runai\n")
            .Put("values/r.yaml", "a:\n  - b\n  - c: 'runai-dr-secret:values/r2/c:'\nd: 'runai-dr-secret:values/r/d:'\n");

        var point = RestorePointReader.Read(tree);

        Assert.Equal(
            ["templates/a.yaml:7: holds the placeholder values/runai-backend/global.password", "values/r.yaml:3: holds the placeholder values/r2/c"],
            point.Problems.Where(problem => problem.Path != "restore-point.yaml").Select(problem => problem.Message.Split(',')[0]));
        Assert.Empty(point.SecretNames);
    }

    [Fact]
    public void A_link_is_refused_even_when_it_points_to_a_good_file()
    {
        var tree = new MemoryStateTree().Put(Given.ConfigMap("runai", "a", "1")).PutLink("templates/b.yaml", "a.yaml");

        var problem = Assert.Single(RestorePointReader.Read(tree).Problems);

        Assert.Contains("symbolic link", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_larger_than_any_object_is_refused_before_it_is_parsed()
    {
        var tree = new MemoryStateTree().Put("templates/a.yaml", Encoding.UTF8.GetBytes(new string('[', 5 * 1024 * 1024)));

        Assert.Contains("4194304", Assert.Single(RestorePointReader.Read(tree).Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_found_at_once()
    {
        var tree = new MemoryStateTree()
            .Put("templates/a.yaml", "a: [").Put("what/is/this", "x").Put("restore-point.yaml", "formatVersion: 2\n");

        var problems = RestorePointReader.Read(tree).Problems;

        Assert.Equal("restore-point.yaml templates/a.yaml what/is/this", string.Join(' ', problems.Select(p => p.Path)));
        Assert.Contains("format version 2", problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tree_without_header_is_no_restore_point()
    {
        var problem = Assert.Single(RestorePointReader.Read(new MemoryStateTree().Remove("restore-point.yaml")).Problems);

        Assert.Contains("is not there", problem.Message, StringComparison.Ordinal);
    }
}
