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

    /// <summary>It comes from a fork, whose branch has the same name.</summary>
    public bool IsOfFork { get; init; }

    public List<string> Comments { get; } = [];

    public int Updates { get; set; }

    public JsonObject ToJson(ForgeKind kind, string repository, Uri address) => kind switch
    {
        ForgeKind.GitLab => new JsonObject
        {
            ["id"] = 1000 + number,
            ["iid"] = number,
            ["state"] = IsMerged ? "merged" : IsOpen ? "opened" : "closed",
            ["title"] = Title,
            ["description"] = Body,
            ["source_branch"] = head,
            ["target_branch"] = into,
            ["source_project_id"] = IsOfFork ? 8 : 7,
            ["target_project_id"] = 7,
            ["web_url"] = $"{address}{repository}/-/merge_requests/{number}",
        },
        _ => new JsonObject
        {
            ["id"] = 1000 + number,
            ["number"] = number,
            ["state"] = IsOpen ? "open" : "closed",
            ["title"] = Title,
            ["body"] = Body,
            ["html_url"] = $"{address}{repository}/pull/{number}",
            ["merged"] = IsMerged,
            ["merged_at"] = IsMerged ? "2026-03-01T12:00:00Z" : null,
            ["head"] = Side(head, IsOfFork ? "fork/dr" : repository, IsOfFork ? 8 : 7),
            ["base"] = Side(into, repository, 7),
        },
    };

    private static JsonObject Side(string branch, string repository, int id) => new()
    {
        ["ref"] = branch,
        ["repo_id"] = id,
        ["repo"] = new JsonObject { ["id"] = id, ["full_name"] = repository },
    };
}
