using System.Text;
using RunAiDr.Tests.Git.Remote;

namespace RunAiDr.Tests.Fuzzing;

public sealed class GitHttpFuzzing : IDisposable
{
    private const string Id = "1111111111111111111111111111111111111111";

    private readonly RemoteWorld _world = new();

    [Fact]
    public async Task Whatever_a_Git_server_advertises_is_taken_or_refused()
    {
        string[] samples =
        [
            $"001e# service=git-upload-pack\n0000{Line($"{Id} HEAD\0multi_ack side-band-64k ofs-delta symref=HEAD:refs/heads/main agent=git/2\n")}{Line($"{Id} refs/heads/main\n")}{Line($"{Id} refs/tags/dr/prod-a/x\n")}{Line($"{Id} refs/tags/dr/prod-a/x^{{}}\n")}0000",
            $"001e# service=git-upload-pack\n0000{Line("ERR no\n")}0000",
            $"001f# service=git-receive-pack\n0000{Line($"{new string('0', 40)} capabilities^{{}}\0report-status delete-refs\n")}0000",
        ];
        await using var server = await AnsweringServer.StartAsync(request => request.Query["service"].Count > 0
            ? $"application/x-{request.Query["service"]}-advertisement"
            : "application/x-git-upload-pack-result");
        using var writer = _world.Writer("prod-a", options => options with { Url = $"{server.Url}dr.git" });
        await Fuzzer.RunAsync(
            "git-http",
            [.. samples.Select(Encoding.UTF8.GetBytes)],
            input =>
            {
                server.Answer = input;
                return writer.SynchronizeAsync(mayPush: false);
            },
            "0000", "0001", "0004", "fff0", "ffff", "refs/heads/main", "refs/heads/../x", "NAK\n", "\0symref=", "shallow ");
    }

    public void Dispose() => _world.Dispose();

    private static string Line(string text) => $"{text.Length + 4:x4}{text}";
}
