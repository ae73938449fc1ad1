using System.Security.Cryptography;
using System.Text;
using RunAiDr.Cli.Output;
using RunAiDr.Core;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>A text that is another whenever the pages would say something else than the time that has passed.</summary>
internal sealed class StateVersion(Func<ServiceStatus> status, StateReader state)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    public string Now() => state.Remember(nameof(StateVersion), Fresh, () =>
    {
        var present = status();
        var facts = Documents.Of(new
        {
            present.Ready,
            present.Leads,
            present.Leader,
            present.NotTaken,
            Clusters = present.Clusters.Select(cluster => new { cluster.Cluster, NotReady = cluster.NotReady.Select(Timeless), cluster.RestorePoint }),
            Points = present.Checkpoints.SelectMany(one => one.Points.Select(point => new { one.Cluster, point.Component, point.Newest?.Checkpoint.Name, point.IsMissed })),
            Failures = present.Checkpoints.Select(one => new { Checkpoint = Timeless(one.CheckpointFailure), Prune = Timeless(one.PruneFailure) }),
            Rehearsals = present.Rehearsals.Select(one => new { one.Newest?.StartedAt, Failure = Timeless(one.Failure) }),
            Reviews = present.Reviews.Select(one => new { one.Cluster, one.Outcome?.State, one.Waiting, one.PullRequest?.Number, Failure = Timeless(one.Failure) }),
            Coverages = present.Coverages.Select(one => new { one.Newest?.SurveyedAt, Failure = Timeless(one.Failure) }),
            Remote = new { present.Remote?.Ahead, Failure = Timeless(present.Remote?.Failure) },
            Tips = Tips(),
        });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(facts.ToJsonString())).AsSpan(0, 8));
    });

    // Reasons tell for how long they last, or when something is tried again.
    private static string? Timeless(string? reason) => reason is null ? null : string.Concat(reason.Where(letter => !char.IsAsciiDigit(letter)));

    private IEnumerable<string?> Tips()
    {
        try
        {
            return [.. state.Clusters.Select(TipOf)];
        }
        catch (RunAiDrException)
        {
            // The repository is not there yet: that is a state like any other.
            return [];
        }
    }

    private string? TipOf(string cluster)
    {
        using var view = state.Open(cluster);
        return view is null ? null : $"{view.Tip()?.Id} {view.Observed()} {(view.Checkpoints() is [var newest, ..] ? newest.Name : null)}";
    }
}
