using System.Globalization;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Review;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>How the drift of a cluster stands that is reviewed.</summary>
/// <param name="Branch">Where it is.</param>
/// <param name="State">Null before the forge was asked, and where there is none.</param>
/// <param name="Waiting">How much waits; null when this process has not compared it.</param>
/// <param name="PullRequest">The number of the pull request that is open, or was closed without a merge.</param>
/// <param name="Address">Its page.</param>
/// <param name="Failure">Why the forge could not be brought up to date.</param>
internal sealed record DriftFact(string Branch, ReviewState? State, DriftSummary? Waiting, string? PullRequest, string? Address, string? Failure)
{
    /// <summary>Null without a review.</summary>
    public static DriftFact? Of(string? branch, ReviewStatus? review) => branch is null ? null : new DriftFact(
        branch,
        review?.Outcome?.State,
        review?.Waiting,
        review?.PullRequest?.Number.ToString(CultureInfo.InvariantCulture),
        review?.PullRequest is { } request && IsPage(request.Address) ? request.Address.AbsoluteUri : null,
        review?.Failure);

    // A forge says where it is, and a browser would run some addresses.
    private static bool IsPage(Uri address) => address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
}
