using Microsoft.AspNetCore.Http;
using RunAiDr.Cluster;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Tests.Cluster;

/// <summary>Lists that ask for nothing but metadata.</summary>
public sealed class MetadataTests
{
    private static readonly ResourceKind PodMetrics = new("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", Namespaced: true);

    [Fact]
    public async Task Metadata_is_asked_for_and_the_whole_is_taken_from_who_knows_nothing_else()
    {
        var accept = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            accept = context.Request.Headers.Accept;
            return AnswerAsync(context, 200, """{"kind":"PodMetricsList","metadata":{},"items":[{"metadata":{"name":"a"}}]}""");
        });
        using var client = new ClusterClient(server.Connection, TimeProvider.System);

        var items = 0;
        await foreach (var page in client.ReadMetadataAsync(new ListSelection(PodMetrics), default))
        {
            items += page.Items.Count;
        }

        Assert.Equal(1, items);
        Assert.Equal("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json", accept);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(403, "not allowed to list")]
    [InlineData(404, "cannot be listed (404)")]
    [InlineData(405, "cannot be listed (405)")]
    public async Task A_kind_that_cannot_be_listed_has_a_reason(int status, string? reason)
    {
        await using var server = await LoopbackServer.StartAsync(context => AnswerAsync(context, status, "{}"));
        using var client = new ClusterClient(server.Connection, TimeProvider.System);

        Assert.Equal(reason, await client.RefusalOfListAsync(new ListSelection(PodMetrics), default));
    }

    [Fact]
    public async Task Wrong_credentials_are_no_reason_but_a_failure()
    {
        await using var server = await LoopbackServer.StartAsync(context => AnswerAsync(context, 401, "{}"));
        using var client = new ClusterClient(server.Connection, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => client.RefusalOfListAsync(new ListSelection(PodMetrics), default));

        Assert.Equal(Fault.ClusterRefused, failure.Fault);
    }

    private static Task AnswerAsync(HttpContext context, int status, string body)
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, "application/json");
        return context.Response.WriteAsync(body);
    }
}
