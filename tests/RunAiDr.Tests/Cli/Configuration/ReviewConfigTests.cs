using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Forges;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Configuration;

public sealed class ReviewConfigTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_key_is_read()
    {
        var review = Read("""
            remote: {url: "https://git.example.org/x.git", caFile: git-ca.pem, proxy: "http://proxy:3128"}
            mode: review
            review: {provider: gitlab, baseUrl: "https://gitlab.example.org/forge", repository: a/b/c, tokenFile: token, caFile: ca.pem}
            """);

        Assert.Equal(
            new ReviewForge(ForgeKind.GitLab, new Uri("https://gitlab.example.org/forge"), "a/b/c", _folder.File("token"))
            {
                CaFile = _folder.File("ca.pem"),
                Proxy = "http://proxy:3128",
            },
            review?.Provider);
    }

    [Theory]
    [InlineData("https://github.com/acme/dr.git", "https://github.com/", "acme/dr")]
    [InlineData("https://git.example.org:8443/acme/dr", "https://git.example.org:8443/", "acme/dr")]
    [InlineData("ssh://git@git.example.org:2222/acme/dr.git", "https://git.example.org/", "acme/dr")]
    [InlineData("git@github.com:acme/dr.git", "https://github.com/", "acme/dr")]
    public void Address_and_repository_follow_from_the_remote(string url, string address, string repository)
    {
        var forge = Read($$"""
            remote: {url: "{{url}}", caFile: ca.pem}
            mode: review
            review: {provider: github, tokenFile: token}
            """)?.Provider;

        Assert.Equal((address, repository, _folder.File("ca.pem")), (forge?.Address.AbsoluteUri, forge?.Repository, forge?.CaFile));
    }

    [Fact]
    public void Without_a_provider_there_are_drift_branches_only()
    {
        Assert.Null(Read("mode: direct\n"));
        var review = Read("mode: review\n");
        Assert.True(review is { Provider: null });
    }

    [Theory]
    [InlineData("mode: review\nbranch: drift", "runai-dr.yaml:4:1: branch drift: mode review keeps")]
    [InlineData("mode: review\nbranch: drift/prod", "branch drift/prod: mode review keeps")]
    [InlineData("mode: review\nbranch: drift/of-others/x", "name the branch of record otherwise")]
    [InlineData("mode: careful", "neither direct nor review")]
    [InlineData("review: {provider: github}", "review.provider needs mode: review")]
    [InlineData("mode: review\nreview: {provider: svn}", "neither github, gitlab, gitea nor none")]
    [InlineData("mode: review\nreview: {provider: github, tokenFile: t}", "needs remote.url")]
    [InlineData("mode: review\nremote: {url: /srv/dr.git}\nreview: {provider: github, tokenFile: t, repository: a/b}", "review.baseUrl is missing")]
    [InlineData("mode: review\nremote: {url: /srv/dr.git}\nreview: {provider: github, tokenFile: t, baseUrl: 'https://github.com'}", "not the name of a repository")]
    [InlineData("mode: review\nremote: {url: 'https://github.com/a/b/c'}\nreview: {provider: github, tokenFile: t}", "not the name of a repository")]
    [InlineData("mode: review\nremote: {url: 'https://github.com/a/b'}\nreview: {provider: github}", "review.tokenFile is missing")]
    [InlineData("mode: review\nremote: {url: 'https://github.com/a/b'}\nreview: {provider: github, tokenFile: t, baseUrl: 'http://github.com'}", "not an https address")]
    public void A_mistake_is_told(string text, string complaint)
    {
        var failure = Assert.Throws<RunAiDrException>(() => Read(text));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("unknown key", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("branch: drift/prod")]
    [InlineData("mode: review\nbranch: drifting")]
    public void A_branch_that_is_in_nobodys_way_is_taken(string text) => _ = Read(text);

    private ReviewConfig? Read(string text)
    {
        var path = _folder.File("runai-dr.yaml");
        File.WriteAllText(path, $"cluster: prod\nrepository: dr.git\n{text}\n");
        return new ConfigReader(path, new Dictionary<string, string>(StringComparer.Ordinal)).Read().Review;
    }
}
