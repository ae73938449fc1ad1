using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Cli.Service.Notifications;
using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Cli.Service.Notifications;

/// <summary>Somebody's webhook: keeps what it is sent, and answers as a test says.</summary>
internal sealed class ReceivingServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _received = new();
    private LoopbackServer? _server;

    /// <summary>Answers the request with this number, counted from 1; 200 otherwise.</summary>
    public Func<int, HttpResponse, int> Answer { get; set; } = (_, _) => StatusCodes.Status200OK;

    public IReadOnlyList<Received> Received => [.. _received];

    public Uri Url => new(_server!.Url, "/services/canary-path-token");

    public static async Task<ReceivingServer> StartAsync(X509Certificate2? certificate = null)
    {
        var receiving = new ReceivingServer();
        receiving._server = await LoopbackServer.StartAsync(receiving.TakeAsync, certificate);
        return receiving;
    }

    public async ValueTask DisposeAsync() => await _server!.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _received.Enqueue(new Received(http.Request.Path, headers, body.ToArray()));
        http.Response.StatusCode = Answer(_received.Count, http.Response);
    }
}

internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>As the README tells receivers to check it.</summary>
    public bool IsSignedBy(string key)
    {
        var signed = Encoding.UTF8.GetBytes($"{Headers[Webhook.TimestampHeader]}.{Encoding.UTF8.GetString(Body)}");
        return Headers[Webhook.SignatureHeader] == $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), signed))}";
    }
}
