using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Forwarding;
using RunAiDr.Core;
using RunAiDr.Data.Metrics;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Forwarding;

public class PortForwardTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Fifty_megabytes_go_there_and_back_unchanged()
    {
        await using var pod = PodListener.Echo();
        await using var scene = await ForwardScene.StartAsync(pod.Address);
        await using var forward = await scene.ForwardAsync();
        using var client = await ForwardScene.DialAsync(forward);
        var sent = new byte[50 * Megabyte];
        new Random(1).NextBytes(sent);

        var sending = client.GetStream().WriteAsync(sent).AsTask();
        var received = new byte[sent.Length];
        await client.GetStream().ReadExactlyAsync(received).Soon();
        await sending.Soon();

        Assert.Equal(SHA256.HashData(sent), SHA256.HashData(received));
        Assert.Null(forward.Trouble);
    }

    [Fact]
    public async Task Connections_do_not_mix()
    {
        await using var pod = PodListener.Echo();
        await using var scene = await ForwardScene.StartAsync(pod.Address);
        await using var forward = await scene.ForwardAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            using var client = await ForwardScene.DialAsync(forward);
            var sent = new byte[Megabyte];
            new Random(number).NextBytes(sent);
            var sending = client.GetStream().WriteAsync(sent).AsTask();
            var received = new byte[sent.Length];
            await client.GetStream().ReadExactlyAsync(received).Soon();
            await sending.Soon();
            Assert.Equal(sent, received);
        }));
    }

    [Fact]
    public async Task What_the_pod_sends_before_it_closes_arrives_whole()
    {
        await using var pod = new PodListener(async stream =>
        {
            await stream.ReadExactlyAsync(new byte[10]);
            await stream.WriteAsync(new byte[5 * Megabyte]);
        });
        await using var scene = await ForwardScene.StartAsync(pod.Address);
        await using var forward = await scene.ForwardAsync();
        using var client = await ForwardScene.DialAsync(forward);
        await client.GetStream().WriteAsync(new byte[10]).Soon();

        var received = new MemoryStream();
        await client.GetStream().CopyToAsync(received).Soon();

        Assert.Equal(5 * Megabyte, received.Length);
        Assert.Null(forward.Trouble);
    }

    [Fact]
    public async Task The_pod_sees_that_the_client_has_closed()
    {
        var seen = Channel.CreateUnbounded<long>();
        await using var pod = new PodListener(async stream =>
        {
            var received = new MemoryStream();
            await stream.CopyToAsync(received);
            await seen.Writer.WriteAsync(received.Length);
        });
        await using var scene = await ForwardScene.StartAsync(pod.Address);
        await using var forward = await scene.ForwardAsync();
        Assert.Equal(0, await seen.Reader.ReadAsync().Soon()); // the one that only looks whether a tunnel can be had

        using (var client = await ForwardScene.DialAsync(forward))
        {
            await client.GetStream().WriteAsync(new byte[3 * Megabyte]).Soon();
        }

        Assert.Equal(3 * Megabyte, await seen.Reader.ReadAsync().Soon());
        Assert.Null(forward.Trouble);
    }

    [Fact]
    public async Task A_client_that_does_not_read_stops_the_pod_from_sending()
    {
        long sent = 0;
        await using var pod = new PodListener(async stream =>
        {
            while (sent < 500 * Megabyte)
            {
                await stream.WriteAsync(new byte[Megabyte]);
                Interlocked.Add(ref sent, Megabyte);
            }
        });
        await using var scene = await ForwardScene.StartAsync(pod.Address);
        await using var forward = await scene.ForwardAsync();
        using var client = await ForwardScene.DialAsync(forward);
        await client.GetStream().ReadExactlyAsync(new byte[1]).Soon();

        long before;
        do
        {
            before = Interlocked.Read(ref sent);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }
        while (before != Interlocked.Read(ref sent));

        Assert.InRange(before, 0, 100 * Megabyte);
    }

    [Fact]
    public async Task A_transfer_that_the_pod_breaks_off_is_reset_and_told()
    {
        await using var pod = new PodListener(async stream =>
        {
            await stream.ReadExactlyAsync(new byte[1]);
            await stream.WriteAsync(new byte[Megabyte]);
            stream.Socket.LingerState = new LingerOption(true, 0);
            stream.Socket.Close();
        });
        await using var scene = await ForwardScene.StartAsync(pod.Address);
        await using var forward = await scene.ForwardAsync();
        using var client = await ForwardScene.DialAsync(forward);
        await client.GetStream().WriteAsync(new byte[1]).Soon();

        await Assert.ThrowsAsync<IOException>(() => client.GetStream().CopyToAsync(Stream.Null).Soon());

        Assert.Contains("connection reset by peer", forward.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transfer_that_is_cut_on_the_way_is_reset_and_told()
    {
        await using var pod = new PodListener(stream => new ZeroStream().CopyToAsync(stream));
        await using var scene = await ForwardScene.StartAsync(pod.Address);
        await using var wire = new TcpFront(scene.Server.Address);
        using var cluster = new ClusterClient(
            scene.Connection with { Server = new Uri($"https://127.0.0.1:{wire.Port}") }, TimeProvider.System);
        await using var forward = await PortForward.OpenAsync(cluster, ForwardScene.Namespace, "db", 15432, CancellationToken.None);
        using var client = await ForwardScene.DialAsync(forward);
        await client.GetStream().ReadExactlyAsync(new byte[Megabyte]).Soon();

        wire.Cut();

        await Assert.ThrowsAsync<IOException>(() => client.GetStream().CopyToAsync(Stream.Null).Soon());
        Assert.Contains("the connection through the API server broke", forward.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_ends_the_connection_and_is_told()
    {
        await using var scene = await ForwardScene.StartAsync(listener: null);
        await using var forward = await scene.ForwardAsync();
        using var client = await ForwardScene.DialAsync(forward);

        await Assert.ThrowsAsync<IOException>(() => client.GetStream().CopyToAsync(Stream.Null).Soon());

        Assert.StartsWith("error forwarding port 5432 to pod db-0", forward.Trouble, StringComparison.Ordinal);
        Assert.Contains("connection refused", forward.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_broke_the_tunnel_is_in_the_failure_of_who_asks_through_it()
    {
        await using var scene = await ForwardScene.StartAsync(listener: null);
        await using var forward = await scene.ForwardAsync();
        var metrics = new PrometheusStore(
            new PrometheusOptions { Url = new Uri("http://thanos.example"), Dial = forward.Local, Trouble = () => forward.Trouble }, TimeProvider.System);
        var database = new PostgresConnector(
            new PostgresOptions { Host = "db.example", User = "postgres", Dial = forward.Local, Trouble = () => forward.Trouble });

        foreach (var ask in (Func<Task>[])[() => metrics.FactsAsync(default), () => database.OpenAsync("postgres", default)])
        {
            var failure = await Assert.ThrowsAsync<RunAiDrException>(() => ask().Soon());
            Assert.Contains("The tunnel to it broke: error forwarding port 5432 to pod db-0", failure.Message, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_pod_that_has_gone_since_is_told_to_the_next_connection()
    {
        await using var pod = PodListener.Echo();
        await using var scene = await ForwardScene.StartAsync(pod.Address);
        await using var forward = await scene.ForwardAsync();
        await scene.Client.DeleteAsync(new("", "v1", "Pod", "pods", true), ForwardScene.Namespace, "db-0", CancellationToken.None);
        using var client = await ForwardScene.DialAsync(forward);

        await Assert.ThrowsAsync<IOException>(() => client.GetStream().CopyToAsync(Stream.Null).Soon());

        Assert.Contains("pod db-0 in namespace runai-backend is gone", forward.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_breaks_what_is_open()
    {
        await using var pod = PodListener.Echo();
        await using var scene = await ForwardScene.StartAsync(pod.Address);
        var forward = await scene.ForwardAsync();
        using var client = await ForwardScene.DialAsync(forward);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("x")).Soon();
        await client.GetStream().ReadExactlyAsync(new byte[1]).Soon();

        await forward.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => client.GetStream().CopyToAsync(Stream.Null).Soon());
        await Assert.ThrowsAsync<SocketException>(() => ForwardScene.DialAsync(forward));
    }

    [Fact]
    public async Task A_credential_that_is_refused_is_asked_for_again()
    {
        await using var pod = PodListener.Echo();
        await using var scene = await ForwardScene.StartAsync(pod.Address, administrator: false);
        scene.Allow("services", "get");
        scene.Allow("pods", "list");
        scene.Allow("pods/portforward", "get", "create");
        using var cluster = new ClusterClient(scene.Connection with { Credentials = new Expiring() }, TimeProvider.System);
        await using var forward = await PortForward.OpenAsync(cluster, ForwardScene.Namespace, "db", 15432, CancellationToken.None);

        using var client = await ForwardScene.DialAsync(forward);
        await client.GetStream().WriteAsync(new byte[1]).Soon();
        await client.GetStream().ReadExactlyAsync(new byte[1]).Soon();
    }

    private sealed class Expiring : CredentialSource
    {
        public override bool Renews => true;

        public override ValueTask<Credential> GetAsync(bool refused, CancellationToken ct) =>
            ValueTask.FromResult(Credential.Bearer(refused ? ForwardScene.Token : "expired", "the test"));
    }

    /// <summary>Zeros without an end.</summary>
    private sealed class ZeroStream : MemoryStream
    {
        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            while (true)
            {
                await destination.WriteAsync(new byte[bufferSize], cancellationToken);
            }
        }
    }
}
