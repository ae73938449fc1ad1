using System.Text.Json.Nodes;
using RunAiDr.Forges;

namespace RunAiDr.Tests.Support;

/// <summary>A pull request in a forge of the tests.</summary>
internal sealed class ForgePull(int number, string head, string into)
{
    public int Number => number;

    public string Head => head;

    public string Base => into;

    public string Title { get; set; } = "";

    public string Body { get; set; } = "";

    public bool IsOpen { get; set; } = true;

    public bool IsMerged { get; set; }

    /// <summary>It is being merged, which GitLab shows as a state of its own.</summary>
    public bool IsLocked { get; set; }

    /// <summary>Its branch was deleted: Gitea names another reference instead then.</summary>
    public bool IsBranchGone { get; set; }

    /// <summary>It comes from a fork, whose branch has the same name.</summary>
    public bool IsOfFork { get; init; }

    public List<string> Comments { get; } = [];

    public int Updates { get; set; }

    private int ProjectId => IsOfFork ? 8 : 7;

    private string? MergedAt => IsMerged ? "2026-03-01T12:00:00Z" : null;

    public JsonObject ToJson(ForgeKind kind, bool isListed, string repository, Uri address) => kind switch
    {
        ForgeKind.GitLab => new JsonObject
        {
            ["id"] = 1000 + number,
            ["iid"] = number,
            ["state"] = IsMerged ? "merged" : IsLocked ? "locked" : IsOpen ? "opened" : "closed",
            ["title"] = Title,
            ["description"] = Body,
            ["source_branch"] = head,
            ["target_branch"] = into,
            ["source_project_id"] = IsOfFork ? 8 : 7,
            ["target_project_id"] = 7,
            ["merged_at"] = MergedAt,
            ["web_url"] = $"{address}{repository}/-/merge_requests/{number}",
        },
        ForgeKind.GitHub => Pull(repository, address, hasId: false, isListed),
        _ => Pull(repository, address, hasId: true, isListed: false),
    };

    // What is listed by GitHub does not say merged, and its sides have no number of their repository beside it.
    private JsonObject Pull(string repository, Uri address, bool hasId, bool isListed)
    {
        var pull = new JsonObject
        {
            ["id"] = 1000 + number,
            ["number"] = number,
            ["state"] = IsOpen ? "open" : "closed",
            ["title"] = Title,
            ["body"] = Body,
            ["html_url"] = $"{address}{repository}/pull/{number}",
            ["merged_at"] = MergedAt,
            ["head"] = Side(head, IsOfFork ? "fork/dr" : repository, ProjectId, hasId),
            ["base"] = Side(into, repository, 7, hasId),
        };
        if (!isListed)
        {
            pull["merged"] = IsMerged;
        }

        if (hasId && IsBranchGone)
        {
            pull["head"]!["ref"] = $"refs/pull/{number}/head";
        }

        return pull;
    }

    private static JsonObject Side(string branch, string repository, int id, bool hasId)
    {
        var side = new JsonObject { ["label"] = branch, ["ref"] = branch, ["repo"] = new JsonObject { ["id"] = id, ["full_name"] = repository } };
        if (hasId)
        {
            side["repo_id"] = id;
        }

        return side;
    }
}
