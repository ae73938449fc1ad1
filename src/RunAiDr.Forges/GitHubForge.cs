using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Review;

namespace RunAiDr.Forges;

/// <summary>Pull requests of GitHub and GitHub Enterprise Server.</summary>
internal sealed class GitHubForge(ForgeConnection connection, string owner, string name) : IForge
{
    private readonly string _repository = $"/repos/{Uri.EscapeDataString(owner)}/{Uri.EscapeDataString(name)}";

    public Task<PullRequest?> FindOpenAsync(PullRequestBranches branches, CancellationToken ct) => FindAsync(branches, "open", ct);

    public Task<PullRequest?> FindNewestClosedAsync(PullRequestBranches branches, CancellationToken ct) => FindAsync(branches, "closed", ct);

    public async Task<PullRequest> CreateAsync(PullRequestBranches branches, PullRequestText text, CancellationToken ct)
    {
        PullRequest? there = null;
        var body = new JsonObject { ["title"] = text.Title, ["body"] = text.Body, ["head"] = branches.Head, ["base"] = branches.Base };
        var made = await connection.CreateAsync($"{_repository}/pulls", body, async () => (there = await FindOpenAsync(branches, ct)) is not null, ct);
        return made is null ? connection.Expected(() => there) : Read(made);
    }

    public Task UpdateAsync(long number, PullRequestText text, CancellationToken ct) => PatchAsync(
        number, new JsonObject { ["title"] = text.Title, ["body"] = text.Body }, ct);

    public Task<bool> HasCommentAsync(long number, string words, CancellationToken ct) =>
        connection.HasBodyAsync($"{_repository}/issues/{number}/comments?per_page=100", words, ct);

    public Task CommentAsync(long number, string remark, CancellationToken ct) => connection.ChangeAsync(
        HttpMethod.Post, $"{_repository}/issues/{number}/comments", new JsonObject { ["body"] = remark }, ct);

    public Task CloseAsync(long number, CancellationToken ct) => PatchAsync(number, new JsonObject { ["state"] = "closed" }, ct);

    public void Dispose() => connection.Dispose();

    private Task<JsonObject> PatchAsync(long number, JsonObject body, CancellationToken ct) =>
        connection.ChangeAsync(HttpMethod.Patch, $"{_repository}/pulls/{number}", body, ct);

    private async Task<PullRequest?> FindAsync(PullRequestBranches branches, string state, CancellationToken ct)
    {
        var (head, target) = (Uri.EscapeDataString($"{owner}:{branches.Head}"), Uri.EscapeDataString(branches.Base));
        var path = $"{_repository}/pulls?state={state}&head={head}&base={target}&sort=created&direction=desc&per_page=50";
        return await connection.FirstAsync(path, pull => IsBetween(pull, branches), ct) is { } found ? Read(found) : null;
    }

    // A fork has branches of the same names.
    private bool IsBetween(JsonObject pull, PullRequestBranches branches) =>
        pull.Map("head") is { } head && head.Text("ref") == branches.Head
        && pull.Map("base")?.Text("ref") == branches.Base
        && string.Equals(head.Map("repo")?.Text("full_name"), $"{owner}/{name}", StringComparison.OrdinalIgnoreCase);

    private PullRequest Read(JsonObject pull) => connection.Expected(() => new PullRequest(
        (long?)pull["number"] ?? throw new FormatException(),
        new Uri(pull.Text("html_url") ?? ""),
        new PullRequestText(pull.Text("title") ?? "", pull.Text("body") ?? ""),
        pull.Text("merged_at") is not null));
}
