using Microsoft.AspNetCore.Http;
using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Fuzzing;

/// <summary>Answers every request with the bytes that are under test.</summary>
internal sealed class AnsweringServer : IAsyncDisposable
{
    private LoopbackServer _server = null!;

    public byte[] Answer { get; set; } = [];

    public int Status { get; set; } = 200;

    public Uri Url => _server.Url;

    public static async Task<AnsweringServer> StartAsync(Func<HttpRequest, string> type)
    {
        var answering = new AnsweringServer();
        answering._server = await LoopbackServer.StartAsync(async http =>
        {
            (http.Response.StatusCode, http.Response.ContentType) = (answering.Status, type(http.Request));
            await http.Response.Body.WriteAsync(answering.Answer);
        });
        return answering;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
