using RunAiDr.Cli.Service;
using RunAiDr.Core.Coverage;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>What the pages say of what is protected and what is not.</summary>
public sealed class CoveragePageTests
{
    private static readonly CommitId RestorePoint = new("0123456789abcdef0123456789abcdef01234567");

    [Fact]
    public async Task Before_the_first_survey_it_says_when_that_is()
    {
        await using var scene = await DashboardScene.StartAsync();

        var (page, facts) = (await scene.PageAsync("/coverage"), await scene.JsonAsync("/api/coverage"));

        Assert.Contains("not surveyed by this process: it is after the first full export", page, StringComparison.Ordinal);
        Assert.Contains("not surveyed by this process", await scene.PageAsync("/"), StringComparison.Ordinal);
        Assert.Null(facts["surveyedAt"]);
    }

    [Fact]
    public async Task What_nothing_protects_is_named_on_its_page_and_counted_on_the_first()
    {
        await using var scene = await FoundAsync(
            Item("configmaps", "<b>made</b> by hand", CoverageReason.Unexplained, "last written by kubectl-edit"),
            Item("persistentvolumeclaims", "data", CoverageReason.NotSaved, "no checkpoint has the database"),
            Item("pods", "a", CoverageReason.Owned, "ReplicaSet a"),
            Item("pods", "b", CoverageReason.Owned, "ReplicaSet b"));

        var (page, first, facts) = (await scene.PageAsync("/coverage"), await scene.PageAsync("/"), await scene.JsonAsync("/api/coverage"));

        Assert.Contains("""<strong class="mark bad">nothing protects 2 resources</strong>""", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;made&lt;/b&gt; by hand -n runai</code></th><td></td><td>unexplained</td><td>last written by kubectl-edit</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">2</td><td>made again by its owner</td>\n<td>pods 2</td>", page, StringComparison.Ordinal);
        Assert.Contains($"href=\"/restore-points/{RestorePoint.Sha}\"", page, StringComparison.Ordinal);
        Assert.Contains("<dd><a href=\"/coverage\">nothing protects 2 resources of 4</a></dd>", first, StringComparison.Ordinal);
        Assert.Contains("Ready, but look at 1 thing", first, StringComparison.Ordinal);
        Assert.Contains("coverage, 2 h ago: nothing protects 2 resources of 4", first, StringComparison.Ordinal);
        Assert.Equal(2, (int)facts["unprotected"]!);
        Assert.Equal(["unexplained", "not-saved"], facts["gaps"]!.AsArray().Select(gap => (string)gap!["reason"]!));
        Assert.Equal(["unexplained", "not-saved", "owned"], facts["reasons"]!.AsArray().Select(reason => (string)reason!["reason"]!));
    }

    [Fact]
    public async Task Kinds_that_the_service_may_not_list_are_no_alarm_but_told_with_what_to_do()
    {
        await using var scene = await FoundAsync(Item("configmaps", "a", CoverageReason.Protected, ""));
        Change(scene, one => one with { Newest = one.Newest! with { Unknown = [new UnlistedKind("pods", "not allowed to list")] } });

        var (page, first) = (await scene.PageAsync("/coverage"), await scene.PageAsync("/"));

        Assert.Contains("""<strong class="mark good">all that can be listed is protected or explained</strong>""", page, StringComparison.Ordinal);
        Assert.Contains("<code>pods</code></th><td>not allowed to list</td>", page, StringComparison.Ordinal);
        Assert.Contains("<code>templates/deploy/coverage</code>", page, StringComparison.Ordinal);
        Assert.Contains("1 resource of 1 kind, all protected or explained; 1 kind could not be listed", first, StringComparison.Ordinal);
        Assert.Contains("""<strong class="mark good">Ready</strong>""", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_survey_that_failed_leaves_the_one_before_and_says_why()
    {
        await using var scene = await FoundAsync(Item("configmaps", "a", CoverageReason.Protected, ""));
        Change(scene, one => one with { Failure = "the API server <is> away" });

        var page = await scene.PageAsync("/coverage");

        Assert.Contains("The last survey failed, and is tried again: the API server &lt;is&gt; away", page, StringComparison.Ordinal);
        Assert.Contains("all protected or explained", page, StringComparison.Ordinal);
        Assert.Contains("coverage could not be surveyed, retried", await scene.PageAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_thousands_of_gaps_the_first_are_named_and_all_are_counted()
    {
        await using var scene = await FoundAsync(
            [.. Enumerable.Range(0, 3000).Select(number => Item("configmaps", $"made-{number:0000}", CoverageReason.Unexplained, ""))]);

        var page = await scene.PageAsync("/coverage");

        Assert.Contains("nothing protects 3,000 resources", page, StringComparison.Ordinal);
        Assert.Contains("And 2,800 resources more: <code>runai-dr coverage</code> names them.", page, StringComparison.Ordinal);
        Assert.Contains("made-0199", page, StringComparison.Ordinal);
        Assert.DoesNotContain("made-0200", page, StringComparison.Ordinal);
    }

    private static CoverageItem Item(string plural, string name, CoverageReason reason, string detail) =>
        new(new ResourceKey("", plural, "runai", name), null, reason, detail);

    private static void Change(DashboardScene scene, Func<CoverageStatus, CoverageStatus> change) =>
        scene.Status = scene.Status with { Coverages = [change(scene.Status.Coverages[0])] };

    private static async Task<DashboardScene> FoundAsync(params CoverageItem[] items)
    {
        var scene = await DashboardScene.StartAsync();
        var figures = CoverageFigures.Of(new CoverageReport(RestorePoint, items, []), TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(2));
        scene.Status = scene.Status with { Coverages = [new CoverageStatus(DashboardScene.Cluster, figures, TimeSpan.FromHours(2), null)] };
        return scene;
    }
}
