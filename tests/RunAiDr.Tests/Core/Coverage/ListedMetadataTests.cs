using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Coverage;
using RunAiDr.Core.Resources;

namespace RunAiDr.Tests.Core.Coverage;

/// <summary>What lists give is told where a resource comes from, or refused by name.</summary>
public sealed class ListedMetadataTests
{
    private static readonly ResourceKind Pods = new("", "v1", "Pod", "pods", Namespaced: true);

    [Fact]
    public void Owners_are_known_by_group_kind_and_name()
    {
        var owners = Read("""{"metadata": {"name": "a", "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "controller": true}, {"apiVersion": "v1", "kind": "Node", "name": "n"}]}}""").Owners;

        Assert.Equal([new Owner("apps", "ReplicaSet", "r", true), new Owner("", "Node", "n", false)], owners);
    }

    [Fact]
    public void Managed_fields_may_be_as_deep_as_the_resource()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"f:a":""", 200)) + "{}" + new string('}', 200);

        Assert.Equal("a", Read("""{"metadata": {"name": "a", "managedFields": [{"fieldsV1": """ + deep + "}]}}").Head.Name);
    }

    [Theory]
    [InlineData("""{"metadata": {"name": "a", "annotations": {"canary": "1", "canary": "2"}}}""")]
    [InlineData("""{"metadata": {"name": "a", "annotations": {}, "annotations": {"canary": "2"}}}""")]
    [InlineData("""{"metadata": {}}""")]
    public void What_is_no_resource_is_a_fault_that_quotes_nothing(string item)
    {
        var failure = Assert.Throws<RunAiDrException>(() => Read(item));

        Assert.Contains("pods", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
    }

    private static ListedMetadata Read(string item) => ListedMetadata.Read(Pods, Encoding.UTF8.GetBytes(item));
}
