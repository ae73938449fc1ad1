using System.Text;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Fuzzing;

public class HttpFuzzing
{
    private const string List = """{"kind":"NamespaceList","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}}]}""";

    [Fact]
    public async Task Whatever_a_port_answers_is_an_answer_or_a_failure_by_name()
    {
        byte[][] samples =
        [
            Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {List.Length}\r\n\r\n{List}"),
            Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{List.Length:x}\r\n{List}\r\n0\r\n\r\n"),
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"u8.ToArray(),
            "HTTP/1.1 302 Found\r\nLocation: https://elsewhere/x?y\r\nContent-Length: 0\r\n\r\n"u8.ToArray(),
            "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html; charset=x\r\nContent-Encoding: gzip\r\n\r\nx"u8.ToArray(),
        ];
        byte[] answer = [];
        await using var server = new RawServer(_ => answer);
        await Fuzzer.RunAsync(
            "http",
            samples,
            async input =>
            {
                answer = input;
                using var client = new ClusterClient(
                    new ClusterConnection(new Uri($"http://{server.Address}")) { Timeouts = HastyClock.Patient }, new HastyClock(divisor: 1_000_000), () => 0.5);
                await client.GetRawAsync("/api/v1/namespaces", default);
            },
            "HTTP/1.1 200 OK\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n", "Location: /\u001b\r\n", "\r\n\r\n", "Retry-After: -1\r\n");
    }
}
