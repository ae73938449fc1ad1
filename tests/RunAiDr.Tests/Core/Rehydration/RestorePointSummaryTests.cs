using RunAiDr.Core.Rehydration;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Rehydration;

public sealed class RestorePointSummaryTests
{
    [Fact]
    public void It_says_what_reading_the_whole_restore_point_says()
    {
        var tree = SampleRestorePoint.Tree()
            .Put("templates/t.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: t\n  namespace: runai\ndata:\n  a: 'runai-dr-secret:templates/t/data.a:'\n")
            .Put("templates/bad.yaml", "a: [");

        var (read, summary) = (RestorePointReader.Read(tree), RestorePointSummary.Of(tree));

        Assert.Equal(read.Resources.Count, summary.Resources);
        Assert.Equal(read.Resources.CountBy(item => item.Resource.Key.QualifiedName).ToDictionary(), summary.Kinds);
        Assert.Equal(read.Resources.CountBy(item => item.Resource.Key.Namespace ?? "").ToDictionary(), new Dictionary<string, int>(summary.Namespaces) { [""] = summary.InNone });
        Assert.Equal(read.SecretNames, summary.SecretNames);
        Assert.Contains("templates/t/data.a", summary.SecretNames);
        Assert.Equal(read.Problems, summary.Problems);
        Assert.Equal(read.Releases.Select(release => release.Name), summary.Releases.Select(release => release.Name));
        Assert.Equal(read.Snapshots.Select(one => one.Component), summary.Snapshots.Select(one => one.Component));
    }
}
