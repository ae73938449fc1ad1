using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Review;

namespace RunAiDr.Forges;

/// <summary>Merge requests of GitLab.</summary>
internal sealed class GitLabForge(ForgeConnection connection, string project) : IForge
{
    private readonly string _requests = $"/projects/{Uri.EscapeDataString(project)}/merge_requests";

    // Locked is one that is being merged.
    public async Task<PullRequest?> FindOpenAsync(PullRequestBranches branches, CancellationToken ct) =>
        await FindAsync(branches, "opened", ct) ?? await FindAsync(branches, "locked", ct);

    // Merged is a state of its own here, and what is open is in the list too.
    public Task<PullRequest?> FindNewestClosedAsync(PullRequestBranches branches, CancellationToken ct) => FindAsync(branches, "all", ct);

    public async Task<PullRequest> CreateAsync(PullRequestBranches branches, PullRequestText text, CancellationToken ct)
    {
        PullRequest? there = null;
        var body = new JsonObject
        {
            ["title"] = text.Title,
            ["description"] = text.Body,
            ["source_branch"] = branches.Head,
            ["target_branch"] = branches.Base,
        };
        var made = await connection.CreateAsync(_requests, body, async () => (there = await FindOpenAsync(branches, ct)) is not null, ct);
        return made is null ? connection.Expected(() => there) : Read(made);
    }

    public Task UpdateAsync(long number, PullRequestText text, CancellationToken ct) => PutAsync(
        number, new JsonObject { ["title"] = text.Title, ["description"] = text.Body }, ct);

    public Task<bool> HasCommentAsync(long number, string words, CancellationToken ct) =>
        connection.HasBodyAsync($"{_requests}/{number}/notes?per_page=100", words, ct);

    public Task CommentAsync(long number, string remark, CancellationToken ct) => connection.ChangeAsync(
        HttpMethod.Post, $"{_requests}/{number}/notes", new JsonObject { ["body"] = remark }, ct);

    public Task CloseAsync(long number, CancellationToken ct) => PutAsync(number, new JsonObject { ["state_event"] = "close" }, ct);

    public void Dispose() => connection.Dispose();

    private Task<JsonObject> PutAsync(long number, JsonObject body, CancellationToken ct) =>
        connection.ChangeAsync(HttpMethod.Put, $"{_requests}/{number}", body, ct);

    private async Task<PullRequest?> FindAsync(PullRequestBranches branches, string state, CancellationToken ct)
    {
        var (source, target) = (Uri.EscapeDataString(branches.Head), Uri.EscapeDataString(branches.Base));
        var path = $"{_requests}?state={state}&source_branch={source}&target_branch={target}&order_by=created_at&sort=desc&per_page=50";
        return await connection.FirstAsync(path, Fits, ct) is { } found ? Read(found) : null;

        // A fork has branches of the same names.
        bool Fits(JsonObject request) =>
            request.Text("source_branch") == branches.Head
            && request.Text("target_branch") == branches.Base
            && JsonNode.DeepEquals(request["source_project_id"], request["target_project_id"])
            && (state == "all" ? request.Text("state") is "closed" or "merged" : request.Text("state") == state);
    }

    private PullRequest Read(JsonObject request) => connection.Expected(() => new PullRequest(
        (long?)request["iid"] ?? throw new FormatException(),
        new Uri(request.Text("web_url") ?? ""),
        new PullRequestText(request.Text("title") ?? "", request.Text("description") ?? ""),
        request.Text("state") == "merged"));
}
