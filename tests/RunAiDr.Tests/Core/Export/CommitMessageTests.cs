using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.State;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Export;

public sealed class CommitMessageTests
{
    private static readonly ExportReport Report = new()
    {
        Cluster = "prod",
        Info = SampleRestorePoint.Info,
        Revision = "677",
        Counts = new Dictionary<string, int>(StringComparer.Ordinal) { ["secrets"] = 2, ["configmaps"] = 9 },
        LackingKinds = [],
        Terminating = [],
        Placeholders = [],
        CompareOnly = [],
        Warnings = [],
        LastManagers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["namespaces/team-a/rolebindings/runai-researcher.yaml"] = "kubectl-patch",
            ["namespaces/team-a/secrets/x.yaml"] = "a\nCluster: forged",
        },
        KindNames = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["rolebindings.rbac.authorization.k8s.io"] = "RoleBinding",
            ["namespaces"] = "Namespace",
            ["secrets"] = "Secret",
        },
    };

    [Theory]
    [InlineData("namespaces/team-a/rolebindings/runai-researcher.yaml", "team-a: change RoleBinding runai-researcher")]
    [InlineData("namespaces/team-a/namespace.yaml", "team-a: change Namespace team-a")]
    [InlineData("cluster/projects.run.ai/vision.yaml", "prod: change projects.run.ai vision")]
    [InlineData("values/runai-backend.yaml", "values: change values of runai-backend")]
    [InlineData("values/runai-backend.release.yaml", "values: change chart of runai-backend")]
    [InlineData("values/a", "prod: change values/a")]
    [InlineData("restore-point.yaml", "prod: change restore-point.yaml")]
    [InlineData("secrets/values/runai-backend.macs.yaml", "values: change secrets of values of runai-backend")]
    [InlineData("secrets/values/runai-backend.age", "values: change encryption of secrets of values of runai-backend")]
    [InlineData("secrets/namespaces/team-a/secrets/x.macs.yaml", "team-a: change secrets of Secret x")]
    [InlineData("secrets/recipients.yaml", "prod: change recipients of secrets")]
    [InlineData("secrets/other", "prod: change secrets/other")]
    [InlineData("namespaces/team-a/rolebindings/two%0Alines.yaml", "team-a: change RoleBinding two\\nlines")]
    [InlineData("namespaces/team-a/rolebindings/%E2%80%AERTL.yaml", "team-a: change RoleBinding \\u{202e}RTL")]
    public void One_change_is_the_subject(string path, string subject)
    {
        Assert.Equal(subject, CommitMessage.For([Change(path)], Report, isFirst: false).Subject);
    }

    [Fact]
    public void The_files_of_secrets_are_told_with_their_document()
    {
        StateChange[] one = [Change("secrets/namespaces/team-a/secrets/x.age"), Change("secrets/namespaces/team-a/secrets/x.macs.yaml")];
        StateChange[] other = [Change("secrets/namespaces/team-a/secrets/y.age"), Change("secrets/namespaces/team-a/secrets/y.macs.yaml")];

        var secrets = CommitMessage.For(one, Report, isFirst: false);
        var both = CommitMessage.For([Change("namespaces/team-a/secrets/x.yaml"), .. one], Report, isFirst: false);

        Assert.Equal("team-a: change secrets of Secret x", secrets.Subject);
        Assert.Contains(secrets.Trailers, trailer => trailer.Key == "Changed-By");
        Assert.Equal("team-a: change Secret x", both.Subject);
        Assert.Equal("team-a: change secrets of 2 resources", CommitMessage.For([.. one, .. other], Report, isFirst: false).Subject);
    }

    [Fact]
    public void Many_changes_are_counted_and_listed()
    {
        var text = CommitMessage.For(
            [
                Change("namespaces/team-a/secrets/x.yaml"),
                new StateChange(StateChangeKind.Added, "namespaces/team-a/secrets/y.yaml"),
                Change("namespaces/team-a/rolebindings/runai-researcher.yaml"),
            ],
            Report, isFirst: false);

        Assert.Equal("team-a: add 1, change 2 resources", text.Subject);
        Assert.Equal(
            "change team-a: RoleBinding runai-researcher\nchange team-a: Secret x\nadd team-a: Secret y", text.Body);
        Assert.Equal(
            ["Cluster: prod", "Cluster-Revision: 677", @"Changed-By: a\nCluster: forged", "Changed-By: kubectl-patch"],
            text.Trailers.Select(trailer => $"{trailer.Key}: {trailer.Value}").ToArray());
    }

    [Fact]
    public void Changes_in_several_places_are_those_of_the_cluster()
    {
        var text = CommitMessage.For(
            [Change("namespaces/team-a/secrets/x.yaml"), new StateChange(StateChangeKind.Deleted, "namespaces/b/namespace.yaml")],
            Report, isFirst: false);

        Assert.Equal("prod: change 1, delete 1 resources", text.Subject);
    }

    [Fact]
    public void The_first_export_says_what_it_holds()
    {
        var text = CommitMessage.For([Change("namespaces/team-a/secrets/x.yaml")], Report, isFirst: true);

        Assert.Equal(("Export cluster prod", "9 configmaps\n2 secrets"), (text.Subject, text.Body));
    }

    [Theory]
    [InlineData(11, 30, true)]
    [InlineData(10, 10, false)]
    [InlineData(11, 100, false)]
    [InlineData(30, 100, true)]
    [InlineData(0, 0, false)]
    public void Many_deletions_at_once_stop_the_export(int deleted, int before, bool stops)
    {
        var changes = Enumerable.Range(0, deleted)
            .Select(n => new StateChange(StateChangeKind.Deleted, $"namespaces/n{n}/namespace.yaml")).ToList();
        void Check() => new DeletionGuard().Check((deleted, before), changes, confirmed: false);

        new DeletionGuard().Check((deleted, before), changes, confirmed: true);
        if (stops)
        {
            var failure = Assert.Throws<RunAiDrException>(Check);
            Assert.Equal(Fault.NeedsOperator, failure.Fault);
            Assert.Contains("namespaces/n0/namespace.yaml", failure.Message, StringComparison.Ordinal);
        }
        else
        {
            Check();
        }
    }

    private static StateChange Change(string path) => new(StateChangeKind.Changed, path);
}
