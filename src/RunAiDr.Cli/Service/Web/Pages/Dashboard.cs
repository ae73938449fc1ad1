using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RunAiDr.Cli.Output;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>The pages for people, and the same as JSON below <c>/api</c>.</summary>
internal sealed partial class Dashboard(Func<ServiceStatus> status, StateReader state, TimeProvider clock)
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    private readonly StateVersion _version = new(status, state);

    public void Map(IEndpointRouteBuilder web, CancellationToken stopping)
    {
        Assets.Map(web);
        new LiveEvents(_version, clock, stopping).Map(web);
        foreach (var prefix in (string[])["", "/clusters/{cluster}"])
        {
            Map(web, prefix, new PageKind<StatusFacts>("/", "/api/status", "Status", (view, _) => Ready(StatusPage.Read(view, status().Of(view.Cluster))), StatusPage.Write));
            Map(web, prefix, new PageKind<DriftFacts>("/drift", "/api/drift", "Drift", async (view, http) => await view.DriftAsync(http.RequestAborted), DriftPage.Write));
            Map(web, prefix, new PageKind<IReadOnlyList<CheckpointFact>>(
                "/checkpoints", "/api/checkpoints", "Checkpoints", (view, _) => Ready(view.Checkpoints()), (facts, links) => CheckpointsPage.Write(facts, links, clock.GetUtcNow())));
            Map(web, prefix, new PageKind<CoverageFacts>("/coverage", "/api/coverage", "Coverage", (view, _) => Ready(CoverageFacts.Of(status().Of(view.Cluster), view.Cluster)), (facts, links) => CoveragePage.Write(facts, links, clock.GetUtcNow())));
            Map(web, prefix, new PageKind<HistoryFacts>("/history", "/api/history", "History", (view, http) => Ready(History(view, http)), HistoryPage.Write) { Subject = SubjectOf });
            Map(web, prefix, new PageKind<RestorePointFacts>(
                "/restore-points/{**reference}", "/api/restore-points/{**reference}", "Restore point", RestorePointAsync, (facts, _) => RestorePointPage.Write(facts))
            { Subject = facts => facts.Reference });
            Map(web, prefix, new PageKind<ResourceFacts>(
                "/resources/{**path}", "/api/resources/{**path}", "Resource", (view, http) => Ready(Resource(view, http)), ResourcePage.Write)
            { Subject = facts => facts.Path });
        }
    }

    private static Task<T?> Ready<T>(T? facts)
        where T : class => Task.FromResult(facts);

    private static HistoryFacts History(StateView view, HttpContext http)
    {
        var (given, from) = ((string?)http.Request.Query["project"], (string?)http.Request.Query["from"]);
        var project = string.IsNullOrEmpty(given) ? null : given;
        if ((project is not null && !ProjectName().IsMatch(project)) || (from is not null && !CommitName().IsMatch(from)))
        {
            throw new RunAiDrException(Fault.Configuration, "The query is wrong.", "`project` is the name of a project or a folder such as namespaces/team-a, `from` a whole commit id.");
        }

        return view.History(project, from is null ? null : new CommitId(from), HistoryPage.EntriesPerPage, http.RequestAborted);
    }

    private static string? SubjectOf(HistoryFacts facts) =>
        facts.From is { } from ? $"{facts.Project} back from {from.Abbreviated}".TrimStart() : facts.Project;

    private static async Task<RestorePointFacts?> RestorePointAsync(StateView view, HttpContext http) =>
        Value(http, "reference") is { } reference ? await view.RestorePointAsync(reference, http.RequestAborted) : null;

    private static ResourceFacts? Resource(StateView view, HttpContext http) =>
        Value(http, "path") is { } path ? view.Resource(path, http.RequestAborted) : null;

    private static string? Value(HttpContext http, string name) => http.GetRouteValue(name) as string is { Length: > 0 } value ? value : null;

    private void Map<T>(IEndpointRouteBuilder web, string prefix, PageKind<T> kind)
        where T : class
    {
        web.MapMethods(prefix + kind.Path, Methods, http =>
        {
            // Before the facts: what changes in between is told again, and not lost.
            var version = _version.Now();
            return AnswerAsync(http, kind.Read, (facts, links) =>
            {
                var layout = new Layout(links, version, clock.GetUtcNow());
                return ("text/html; charset=utf-8", layout.Page(kind.Title, kind.Subject(facts), kind.Write(facts, links)).ToString());
            });
        });
        web.MapMethods(prefix + kind.Api, Methods, http => AnswerAsync(http, kind.Read, (facts, _) =>
            ("application/json; charset=utf-8", Visible.Json(Documents.Of(facts).ToJsonString()))));
    }

    private async Task AnswerAsync<T>(HttpContext http, Func<StateView, HttpContext, Task<T?>> read, Func<T, Links, (string Type, string Text)> write)
        where T : class
    {
        try
        {
            using var view = state.Open(Value(http, "cluster"));
            if (view is null || await read(view, http) is not { } facts)
            {
                await Refusal.TellAsync(http, StatusCodes.Status404NotFound, "there is nothing here");
                return;
            }

            var (type, text) = write(facts, new Links(view.Cluster, state.Clusters));
            var bytes = Encoding.UTF8.GetBytes(text);
            (http.Response.ContentType, http.Response.ContentLength) = (type, bytes.Length);
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
        catch (RunAiDrException fault) when (!http.Response.HasStarted)
        {
            var code = CodeOf(fault.Fault);
            var why = Visible.Text($"{fault.Message} {fault.Remedy}");
            await Refusal.TellAsync(http, code, code == StatusCodes.Status503ServiceUnavailable ? string.Join('\n', [why, .. status().Lines()]) : why);
        }
    }

    private static int CodeOf(Fault fault) => fault switch
    {
        Fault.RestorePoint => StatusCodes.Status404NotFound,
        Fault.Configuration => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._/%-]{0,252}$", RegexOptions.None, 1000)]
    private static partial Regex ProjectName();

    [GeneratedRegex("^[0-9a-f]{40}$", RegexOptions.None, 1000)]
    private static partial Regex CommitName();
}

/// <summary>A page: where it is, where its facts are as JSON, how they are read (null is nothing) and written.</summary>
internal sealed record PageKind<T>(
    string Path, string Api, string Title, Func<StateView, HttpContext, Task<T?>> Read, Func<T, Links, Html> Write)
    where T : class
{
    /// <summary>What one page is about, so that windows and bookmarks can be told apart; null where that is the cluster.</summary>
    public Func<T, string?> Subject { get; init; } = _ => null;
}
