using Microsoft.Extensions.Time.Testing;
using RunAiDr.Core;
using RunAiDr.Core.Review;
using RunAiDr.Core.Secrets;
using RunAiDr.Forges;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Forges;

public sealed class ForgeTests
{
    private static readonly PullRequestBranches Branches = new("drift/prod", "main");
    private static readonly PullRequestText Text = new("Drift of prod", "# body\n`@alice`\n");

    [Theory]
    [InlineData(ForgeKind.GitHub)]
    [InlineData(ForgeKind.GitLab)]
    [InlineData(ForgeKind.Gitea)]
    public async Task A_pull_request_is_opened_found_updated_remarked_and_closed(ForgeKind kind)
    {
        await using var server = await ForgeServer.StartAsync(kind);
        using var forge = server.Open();
        Assert.Null(await forge.FindOpenAsync(Branches, CancellationToken.None));
        Assert.Null(await forge.FindNewestClosedAsync(Branches, CancellationToken.None));

        var made = await forge.CreateAsync(Branches, Text, CancellationToken.None);
        var found = await forge.FindOpenAsync(Branches, CancellationToken.None);
        await forge.UpdateAsync(made.Number, Text with { Title = "other" }, CancellationToken.None);
        Assert.False(await forge.HasCommentAsync(made.Number, "clos", CancellationToken.None));
        await forge.CommentAsync(made.Number, "closing", CancellationToken.None);
        Assert.True(await forge.HasCommentAsync(made.Number, "clos", CancellationToken.None));
        await forge.CloseAsync(made.Number, CancellationToken.None);

        Assert.Equal(made, found);
        var kept = Assert.Single(server.Pulls);
        Assert.Equal(("other", Text.Body, "closing", false), (kept.Title, kept.Body, Assert.Single(kept.Comments), kept.IsOpen));
        Assert.Null(await forge.FindOpenAsync(Branches, CancellationToken.None));
        Assert.False((await forge.FindNewestClosedAsync(Branches, CancellationToken.None))!.IsMerged);
        kept.IsMerged = true;
        Assert.True((await forge.FindNewestClosedAsync(Branches, CancellationToken.None))!.IsMerged);
        Assert.Empty(server.Refusals);
    }

    [Theory]
    [InlineData(ForgeKind.GitHub)]
    [InlineData(ForgeKind.GitLab)]
    [InlineData(ForgeKind.Gitea)]
    public async Task The_one_of_a_fork_or_of_other_branches_is_not_taken_for_ours(ForgeKind kind)
    {
        await using var server = await ForgeServer.StartAsync(kind);
        server.PageSize = 2;
        server.Pulls.Add(new ForgePull(1, "drift/prod", "main") { Title = "ours" });
        server.Pulls.AddRange(Enumerable.Range(2, 6).Select(i => new ForgePull(i, "drift/prod", "main") { IsOfFork = true }));
        server.Pulls.AddRange(Enumerable.Range(8, 6).Select(i => new ForgePull(i, "drift/other", "main")));
        server.Pulls.AddRange(Enumerable.Range(14, 6).Select(i => new ForgePull(i, "drift/prod", "release")));
        using var forge = server.Open();

        var found = await forge.FindOpenAsync(Branches, CancellationToken.None);

        Assert.Equal("ours", found?.Text.Title);
        Assert.Empty(server.Refusals);
    }

    [Theory]
    [InlineData(ForgeKind.GitHub)]
    [InlineData(ForgeKind.GitLab)]
    [InlineData(ForgeKind.Gitea)]
    public async Task One_that_somebody_opened_meanwhile_is_taken(ForgeKind kind)
    {
        await using var server = await ForgeServer.StartAsync(kind);
        server.Pulls.Add(new ForgePull(1, "drift/prod", "main") { Title = "of another replica" });
        using var forge = server.Open();

        var made = await forge.CreateAsync(Branches, Text, CancellationToken.None);

        Assert.Equal("of another replica", made.Text.Title);
        Assert.Single(server.Pulls);
    }

    [Fact]
    public async Task A_refused_one_is_found_although_its_branch_was_deleted()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.Gitea);
        server.Pulls.Add(new ForgePull(1, "drift/prod", "main") { IsOpen = false, IsBranchGone = true });
        using var forge = server.Open();

        Assert.Equal(1, (await forge.FindNewestClosedAsync(Branches, CancellationToken.None))?.Number);
        Assert.Empty(server.Refusals);
    }

    [Fact]
    public async Task A_pull_request_that_the_forge_refuses_is_told_with_its_words()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        server.HasCommits = (_, _) => false;
        using var forge = server.Open();

        var fault = await FaultOf(() => forge.CreateAsync(Branches, Text, CancellationToken.None));

        Assert.Contains("No commits between main and drift/prod", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "refused the token", "review.tokenFile")]
    [InlineData(403, "does not let the token do this", "right to read and write pull requests")]
    [InlineData(404, "does not show it to the token", "review.repository")]
    [InlineData(301, "moved", "review.baseUrl")]
    [InlineData(302, "moved", "review.baseUrl")]
    [InlineData(418, "failed with status 418", "tried again")]
    public async Task A_refusal_says_what_to_do_and_never_shows_the_token(int status, string message, string remedy)
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        server.Fail(status, $"{{\"message\":\"you sent {ForgeServer.Token}\\u001b[31m\"}}", ("Location", "https://evil.example/"));
        using var forge = server.Open();

        var fault = await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None));

        Assert.Equal(Fault.Remote, fault.Fault);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(ForgeServer.Token, fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', fault.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(ForgeKind.GitHub, 403, "X-RateLimit-Reset")]
    [InlineData(ForgeKind.GitLab, 429, "RateLimit-Reset")]
    public async Task A_used_up_rate_limit_is_told_and_nothing_is_sent_until_it_ends(ForgeKind kind, int status, string header)
    {
        await using var server = await ForgeServer.StartAsync(kind);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
        var reset = clock.GetUtcNow().AddMinutes(40).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        server.Fail(status, "{\"message\":\"API rate limit exceeded\"}", (header.Replace("Reset", "Remaining", StringComparison.Ordinal), "0"), (header, reset));
        using var forge = server.Open(clock);

        var first = await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None));
        var second = await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None));
        clock.Advance(TimeSpan.FromMinutes(41));
        var third = await forge.FindOpenAsync(Branches, CancellationToken.None);

        Assert.Contains("wants no requests before 2026-03-04 05:46:07 UTC", first.Message, StringComparison.Ordinal);
        Assert.Equal(first.Message, second.Message);
        Assert.Null(third);
        Assert.Equal(kind == ForgeKind.GitLab ? 3 : 2, server.Requests.Count);
    }

    [Fact]
    public async Task Those_who_share_a_token_learn_of_its_limit_from_one_another()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
        server.Fail(429, "{\"message\":\"slow down\"}", ("Retry-After", "900"));
        var options = server.Options();
        using var forge = Forge.Open(options, clock);
        using var other = Forge.Open(options with { Repository = "team/other" }, clock);
        using var stranger = server.Open(clock);

        var first = await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None));
        var second = await FaultOf(() => other.FindOpenAsync(Branches, CancellationToken.None));

        Assert.Equal(first.Message, second.Message);
        Assert.Single(server.Requests);
        Assert.Null(await stranger.FindOpenAsync(Branches, CancellationToken.None));
    }

    [Theory]
    [InlineData(429, "Date", "Wed, 04 Mar 2026 05:06:07 GMT", "05:07:07")]
    [InlineData(403, "X-RateLimit-Remaining", "0", "05:07:07")]
    [InlineData(429, "Retry-After", "900", "05:21:07")]
    [InlineData(429, "Retry-After", "2147483647", "07:06:07")]
    [InlineData(503, "Retry-After", "2147483647", null)]
    public async Task Without_a_time_a_limit_lasts_a_minute_and_never_without_end(int status, string header, string value, string? until)
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        server.Fail(status, "{\"message\":\"slow down\"}", (header, value));
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));
        using var forge = server.Open(clock);

        var fault = await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None));

        Assert.Contains(until is null ? "failed with status 503" : $"wants no requests before 2026-03-04 {until} UTC", fault.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        clock.Advance(TimeSpan.FromHours(3));
        Assert.Null(await forge.FindOpenAsync(Branches, CancellationToken.None));
    }

    [Fact]
    public async Task One_that_is_being_merged_is_open_until_it_is_merged()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitLab);
        server.Pulls.Add(new ForgePull(1, "drift/prod", "main") { IsLocked = true });
        using var forge = server.Open();

        Assert.Equal(1, (await forge.FindOpenAsync(Branches, CancellationToken.None))?.Number);
        Assert.Null(await forge.FindNewestClosedAsync(Branches, CancellationToken.None));
        (server.Pulls[0].IsLocked, server.Pulls[0].IsOpen, server.Pulls[0].IsMerged) = (false, false, true);
        Assert.Null(await forge.FindOpenAsync(Branches, CancellationToken.None));
        Assert.True((await forge.FindNewestClosedAsync(Branches, CancellationToken.None))?.IsMerged);
        Assert.Empty(server.Refusals);
    }

    [Theory]
    [InlineData(ForgeKind.GitHub)]
    [InlineData(ForgeKind.GitLab)]
    [InlineData(ForgeKind.Gitea)]
    public async Task A_remark_is_found_among_many(ForgeKind kind)
    {
        await using var server = await ForgeServer.StartAsync(kind);
        server.PageSize = 2;
        server.Pulls.Add(new ForgePull(1, "drift/prod", "main"));
        server.Pulls[0].Comments.AddRange(Enumerable.Range(0, 7).Select(i => $"remark {i}"));
        using var forge = server.Open();

        Assert.True(await forge.HasCommentAsync(1, "remark 6", CancellationToken.None));
        Assert.False(await forge.HasCommentAsync(1, "remark 7", CancellationToken.None));
        Assert.Empty(server.Refusals);
    }

    [Fact]
    public async Task A_short_pause_that_is_asked_for_is_made()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        server.Fail(429, "{}", ("Retry-After", "0"));
        server.Fail(403, "{}", ("Retry-After", "0"));
        using var forge = server.Open();

        Assert.Null(await forge.FindOpenAsync(Branches, CancellationToken.None));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_failure_of_the_server_is_passed_over_where_nothing_can_be_done_twice()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.Gitea);
        using var forge = server.Open();
        server.Fail(502, "<html>", ("Retry-After", "0"));
        Assert.Null(await forge.FindOpenAsync(Branches, CancellationToken.None));

        server.Fail(502, "<html>", ("Retry-After", "0"));
        var fault = await FaultOf(() => forge.CreateAsync(Branches, Text, CancellationToken.None));

        Assert.Contains("failed with status 502", fault.Message, StringComparison.Ordinal);
        Assert.Empty(server.Pulls);
    }

    [Theory]
    [InlineData("<html>please log in</html>")]
    [InlineData("{}")]
    [InlineData("[{\"number\":\"x\",\"html_url\":\"no\",\"head\":{\"ref\":\"drift/prod\",\"repo\":{\"full_name\":\"owner/dr\"}},\"base\":{\"ref\":\"main\"}}]")]
    public async Task What_is_no_answer_of_such_a_forge_is_told(string answer)
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        server.Fail(200, answer);
        using var forge = server.Open();

        var fault = await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None));

        Assert.Contains("does not answer as the API of GitHub does", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_taken()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        server.Fail(200, $"[\"{new string('x', 17 * 1024 * 1024)}\"]");
        using var forge = server.Open();

        Assert.Equal(Fault.Remote, (await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None))).Fault);
    }

    [Fact]
    public async Task A_forge_that_does_not_answer_is_given_up()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        server.Failures.Enqueue(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        using var forge = Forge.Open(server.Options() with { Timeout = TimeSpan.FromMilliseconds(500) }, TimeProvider.System);

        Assert.Contains("did not answer within", (await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_not_trusted_and_no_token_is_sent()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitHub);
        using var forge = Forge.Open(server.Options() with { AuthorityFile = null }, TimeProvider.System);

        var fault = await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None));

        Assert.Contains("is not trusted", fault.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(ForgeKind.GitHub, "http://github.com", "a/b")]
    [InlineData(ForgeKind.GitHub, "https://github.com", "a")]
    [InlineData(ForgeKind.Gitea, "https://git.example", "a/b/c")]
    [InlineData(ForgeKind.GitLab, "https://git.example", "a//c")]
    public void Options_that_cannot_be_are_refused(ForgeKind kind, string address, string repository) =>
        Assert.Equal(Fault.Configuration, Assert.Throws<RunAiDrException>(() => Forge.Open(
            new ForgeOptions { Kind = kind, Address = new Uri(address), Repository = repository, Token = () => new SecretText("x") },
            TimeProvider.System)).Fault);

    [Fact]
    public async Task A_token_that_would_break_out_of_its_header_is_refused_unseen()
    {
        await using var server = await ForgeServer.StartAsync(ForgeKind.GitLab);
        using var forge = Forge.Open(server.Options() with { Token = () => new SecretText("canary\r\nX-Evil: 1") }, TimeProvider.System);

        var fault = await FaultOf(() => forge.FindOpenAsync(Branches, CancellationToken.None));

        Assert.DoesNotContain("canary", fault.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    private static Task<RunAiDrException> FaultOf(Func<Task> work) => Assert.ThrowsAsync<RunAiDrException>(work);
}
