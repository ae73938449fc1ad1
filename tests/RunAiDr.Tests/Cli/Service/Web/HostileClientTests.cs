using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace RunAiDr.Tests.Cli.Service.Web;

/// <summary>Clients that send anything, or nothing.</summary>
public sealed class HostileClientTests
{
    private const string Sound = "GET /readyz HTTP/1.1\r\nHost: localhost:PORT\r\nAuthorization: Bearer x\r\nAccept: */*\r\nConnection: close\r\n\r\n";

    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\0", " ", ":", "%", "%2e%2e", "%00", "../", "//", "?", "#", "*", "HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "Content-Length: 5\r\n", "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: x\r\n",
        "Host: a\r\nHost: b\r\n", "Expect: 100-continue\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\n", "Authorization: Bearer \u00e9\r\n", "Range: bytes=0-9\r\n",
        "POST", "CONNECT", "http://evil.example.org/metrics", "/metrics", "/livez", "0\r\n\r\n", "\u001b[2J", new string('a', 5_000), new string('b', 20_000),
    ];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public async Task Whatever_is_sent_the_service_goes_on_and_finds_no_fault_with_itself(int seed, bool exposed)
    {
        await using var web = exposed ? await WebScene.ExposedAsync() : await WebScene.StartAsync();
        var random = new Random(seed);
        var sound = Sound.Replace("PORT", web.Url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

        for (var i = 0; i < 300; i++)
        {
            var request = Spoiled(random, sound);
            var answer = await SendAsync(web, request, exposed);
            foreach (var line in answer.Split('\n').Where(line => line.StartsWith("HTTP/1.", StringComparison.Ordinal)))
            {
                Assert.True(
                    line.Split(' ')[1] is ['1' or '2' or '4', ..] or "503" or "505",
                    $"seed {seed}, request {i}: {Convert.ToBase64String(request)}: {line}");
            }

            Assert.DoesNotContain("canary-reason", exposed ? answer : "", StringComparison.Ordinal);
        }

        Assert.Equal(200, (await web.GetAsync("/livez")).Code);
    }

    [Fact]
    public async Task Whatever_is_sent_as_HTTP_2_the_service_goes_on()
    {
        await using var web = await WebScene.ExposedAsync();
        var random = new Random(5);

        for (var i = 0; i < 200; i++)
        {
            var frames = new MemoryStream();
            await frames.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
            for (var frame = random.Next(20); frame >= 0; frame--)
            {
                // Length, type, flags, stream, and a payload that may be shorter or longer than it says.
                var length = random.Next(40);
                frames.Write([0, 0, (byte)length, (byte)random.Next(11), (byte)random.Next(256), 0, 0, 0, (byte)random.Next(6)]);
                var payload = new byte[random.Next(8) == 0 ? random.Next(60) : length];
                random.NextBytes(payload);
                await frames.WriteAsync(payload);
            }

            await SendAsync(web, frames.ToArray(), tls: true, SslApplicationProtocol.Http2);
        }

        Assert.Equal(200, (await web.GetAsync("/livez")).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /livez HTTP/1.1\r\nX-")]
    public async Task Five_hundred_slow_clients_do_not_keep_a_probe_waiting(string sent)
    {
        await using var web = await WebScene.StartAsync();
        var clients = Enumerable.Range(0, 500).Select(_ => new TcpClient()).ToList();
        try
        {
            foreach (var client in clients)
            {
                await client.ConnectAsync(IPAddress.Loopback, web.Url.Port);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent));
            }

            for (var i = 0; i < 10; i++)
            {
                Assert.Equal(200, (await web.GetAsync("/livez")).Code);
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Who_never_ends_a_request_or_a_handshake_is_cut_off()
    {
        await using var plain = await WebScene.StartAsync();
        await using var exposed = await WebScene.ExposedAsync();

        await Task.WhenAll(EndOfAsync(plain, "GET /livez HTTP/1.1\r\nX-"), EndOfAsync(exposed, ""), EndOfAsync(exposed, "\u0016\u0003\u0001"));
    }

    private static async Task EndOfAsync(WebScene web, string sent)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, web.Url.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(sent));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await client.GetStream().CopyToAsync(Stream.Null, limit.Token);
        }
        catch (IOException)
        {
            // Cut off.
        }
    }

    private static byte[] Spoiled(Random random, string request)
    {
        var text = new StringBuilder(request);
        for (var i = random.Next(4); i >= 0; i--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(4))
            {
                case 0:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 1:
                    text.Remove(at, Math.Min(random.Next(20), text.Length - at));
                    break;
                case 2:
                    text.Insert(at, (char)random.Next(256));
                    break;
                default:
                    text.Insert(at, text.ToString(0, Math.Min(60, text.Length)));
                    break;
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Sends bytes, and no more, and gives what comes back.</summary>
    private static async Task<string> SendAsync(WebScene web, byte[] request, bool tls, params List<SslApplicationProtocol> protocols)
    {
        using var client = new TcpClient();
        using var answer = new MemoryStream();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, web.Url.Port);
            Stream stream = client.GetStream();
            if (tls)
            {
                var secure = new SslStream(stream, false, (_, _, _, _) => true);
                await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = protocols });
                stream = secure;
            }

            await stream.WriteAsync(request);
            if (stream is SslStream own)
            {
                await own.ShutdownAsync();
            }

            client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(answer);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            // Cut off, which is an answer too.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
