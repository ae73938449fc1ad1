using System.Collections.Immutable;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Core.State;

public sealed class RestorePointInfoTests
{
    private static readonly RestorePointInfo Sample = new(
        "prod", null, "v1.31.0", "openshift",
        ImmutableSortedDictionary<string, string>.Empty.Add("runai-cluster", "2.20"), "ab12",
        ["projects.run.ai", "clusterrolebindings.rbac.authorization.k8s.io/break glass: #1"]);

    [Fact]
    public void What_is_written_is_read_back()
    {
        var read = RestorePointInfo.Parse(Sample.ToBytes(), "x");

        Assert.Equal(Sample with { Charts = read.Charts, CompareOnly = read.CompareOnly }, read);
        Assert.Equal(Sample.Charts, read.Charts);
        Assert.Equal(Sample.CompareOnly, read.CompareOnly);
    }

    [Fact]
    public void A_kind_or_one_resource_is_compare_only()
    {
        Assert.True(Sample.IsCompareOnly(new ResourceKey("run.ai", "projects", null, "vision")));
        Assert.True(Sample.IsCompareOnly(
            new ResourceKey("rbac.authorization.k8s.io", "clusterrolebindings", null, "break glass: #1")));
        Assert.False(Sample.IsCompareOnly(new ResourceKey("rbac.authorization.k8s.io", "clusterrolebindings", null, "other")));
    }

    [Theory]
    [InlineData("formatVersion: 2\n", "format version 2")]
    [InlineData("formatVersion: one\n", "formatVersion")]
    [InlineData("formatVersion: 1\n", "cluster")]
    [InlineData("- 1\n", "not a mapping")]
    [InlineData("formatVersion: 1\ncluster: 7\n", "cluster")]
    public void What_cannot_be_read_is_refused_with_the_reason(string text, string reason)
    {
        var failure = Assert.Throws<RunAiDrException>(
            () => RestorePointInfo.Parse(Encoding.UTF8.GetBytes(text), "restore-point.yaml of abc"));

        Assert.Equal(Fault.RestorePoint, failure.Fault);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains("restore-point.yaml of abc", failure.Message, StringComparison.Ordinal);
    }
}
