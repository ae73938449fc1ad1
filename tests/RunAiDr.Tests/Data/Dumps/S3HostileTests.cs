using System.Text;
using Microsoft.AspNetCore.Http;
using RunAiDr.Core;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Data.Dumps;

/// <summary>A storage, or somebody in its place, that leads elsewhere or does not come to an end.</summary>
public class S3HostileTests
{
    private const string Secret = "canary-s3-secret";

    private static readonly DumpFolder Set = new("research", "first");
    private static readonly IdleLimit Idle = new(TimeSpan.FromMinutes(1), TimeProvider.System);

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task No_redirect_is_followed(int status)
    {
        var asked = 0;
        await using var elsewhere = await LoopbackServer.StartAsync(_ =>
        {
            asked++;
            return Task.CompletedTask;
        });
        await using var server = await LoopbackServer.StartAsync(http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = $"{elsewhere.Url}elsewhere/{Secret}";
            return Task.CompletedTask;
        });
        using var storage = Storage(server.Url);

        foreach (var ask in (Func<Task>[])[() => storage.ListAsync("research", default), () => storage.OpenAsync(Set, "a.dump", default), () => storage.DeleteAsync(Set, default)])
        {
            var fault = await Assert.ThrowsAsync<RunAiDrException>(ask);
            Assert.Contains($"answers with a redirect ({status}) to 127.0.0.1:{elsewhere.Url.Port}", fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, fault.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task A_list_without_end_is_given_up()
    {
        var fault = await FailureAsync(http => http.Response.WriteAsync(
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>"));

        Assert.Contains("the list of research/ never ends", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(403)]
    public async Task An_answer_without_end_is_given_up(int status)
    {
        var fault = await FailureAsync(async http =>
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("<ListBucketResult>");
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.WriteAsync(string.Concat(Enumerable.Repeat("<Contents><Key>research/a/b.dump</Key></Contents>", 1000)));
            }
        });

        Assert.Contains("answers with more than such an answer can have", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entities_are_not_expanded()
    {
        var bomb = new StringBuilder("<!DOCTYPE x [<!ENTITY a0 \"aaaaaaaaaa\">");
        for (var level = 1; level < 12; level++)
        {
            bomb.Append("<!ENTITY a").Append(level).Append(" \"").Insert(bomb.Length, $"&a{level - 1};", 10).Append("\">");
        }

        bomb.Append("]><ListBucketResult><Contents><Key>research/&a11;/x.dump</Key></Contents></ListBucketResult>");

        // A trillion letters would not come to an end.
        Assert.Contains("not as an S3 storage", (await FailureAsync(http => http.Response.WriteAsync(bomb.ToString()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_told_without_what_it_repeats()
    {
        var fault = await FailureAsync(http =>
        {
            http.Response.StatusCode = 403;
            return http.Response.WriteAsync($"<Error><Code>{Secret}&#x9;</Code><Message>{Secret}</Message></Error>");
        });

        Assert.Contains("refuses ([secret]", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_that_were_not_asked_for_are_left_out()
    {
        await using var server = await LoopbackServer.StartAsync(http => http.Response.WriteAsync(http.Request.Query.ContainsKey("uploads")
            ? "<ListMultipartUploadsResult><Upload><Key>x</Key></Upload><Upload/></ListMultipartUploadsResult>"
            : "<ListBucketResult><Contents><Key>x</Key></Contents><Contents/><Contents><Key>research/first/backend.dump</Key><Size>3</Size></Contents>"
                + "<Contents><Key>research/first/backend.dump</Key><Size>3</Size></Contents></ListBucketResult>"));
        using var storage = Storage(server.Url);

        Assert.Equal(3, Assert.Single(await storage.ListAsync("research", default)).Files["backend.dump"]);
    }

    [Fact]
    public void An_endpoint_in_the_clear_is_refused_unless_it_is_here()
    {
        var fault = Assert.Throws<RunAiDrException>(() => Storage(new Uri("http://s3.example.org")));

        Assert.Equal(Fault.Configuration, fault.Fault);
        Assert.Contains("s3.example.org is not encrypted", fault.Message, StringComparison.Ordinal);
    }

    private static S3Storage Storage(Uri endpoint) => new(
        new S3Options { Bucket = "dr", Endpoint = endpoint, AccessKey = () => new("key"), SecretKey = () => new(Secret) }, Idle);

    private static async Task<RunAiDrException> FailureAsync(RequestDelegate answer)
    {
        await using var server = await LoopbackServer.StartAsync(answer);
        using var storage = Storage(server.Url);
        return await Assert.ThrowsAsync<RunAiDrException>(() => storage.ListAsync("research", default));
    }
}
