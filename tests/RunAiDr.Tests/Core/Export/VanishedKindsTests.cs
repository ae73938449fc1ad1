using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Core.Export;

public class VanishedKindsTests
{
    private const string Definition = "cluster/customresourcedefinitions.apiextensions.k8s.io/projects.run.ai.yaml";
    private const string Project = "cluster/projects.run.ai/vision.yaml";
    private const string Binding = "namespaces/a/rolebindings/b.yaml";

    [Fact]
    public void Resources_that_went_with_their_definition_are_kept_and_others_are_not()
    {
        Assert.Equal([Definition, Project], VanishedKinds.Among(Deleted(Definition, Project, Binding), []));
        Assert.Equal([Project], VanishedKinds.Among(Deleted(Project, Binding), ["projects.run.ai (served at v3 only)"]));
        Assert.Empty(VanishedKinds.Among(Deleted(Project, Binding), ["departments.scheduling.run.ai"]));
        Assert.Empty(VanishedKinds.Among([new(StateChangeKind.Changed, Definition)], []));
    }

    [Fact]
    public void The_operator_is_told_which_kinds_and_how_to_confirm()
    {
        var stop = Assert.Throws<RunAiDrException>(() => VanishedKinds.Check(Deleted(Definition, Project), []));

        Assert.Equal(Fault.NeedsOperator, stop.Fault);
        Assert.Contains("definitions of projects.run.ai: 2 files", stop.Message, StringComparison.Ordinal);
        Assert.Contains("--allow-deletions", stop.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_stay_with_what_is_kept_and_count_with_it()
    {
        var kept = new[] { Project, "secrets/cluster/projects.run.ai/vision.age", "secrets/cluster/projects.run.ai/vision.macs.yaml" };

        Assert.Equal(kept, VanishedKinds.Among(Deleted([.. kept, Binding, "secrets/namespaces/a/rolebindings/b.age"]), ["projects.run.ai"]));
        Assert.Contains("definitions of projects.run.ai: 1 files", VanishedKinds.Describe(kept), StringComparison.Ordinal);
    }

    private static StateChange[] Deleted(params string[] paths) => [.. paths.Select(path => new StateChange(StateChangeKind.Deleted, path))];
}
