using System.Diagnostics;
using RunAiDr.Core.Secrets;
using RunAiDr.Git;
using RunAiDr.Sandbox.Envtest;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git.Remote;

/// <summary>The real sshd on loopback, with keys of its own.</summary>
internal sealed class GitSshServer : IAsyncDisposable
{
    public const string Passphrase = "hunter2 $pass 'phrase'";

    private readonly TestDirectory _directory = new();
    private readonly RemoteWorld _world;
    private BackgroundProgram? _process;

    private GitSshServer(RemoteWorld world) => _world = world;

    public int Port { get; } = FreePort.Next();

    public string Url => $"ssh://{Run("id", "-un")}@127.0.0.1:{Port}{_world.Path}";

    public static async Task<GitSshServer> StartAsync(RemoteWorld world)
    {
        var server = new GitSshServer(world);
        server.Key("host", "");
        server.Key("client", Passphrase);
        server.Key("stranger", "");
        System.IO.File.Copy(server.File("client.pub"), server.File("authorized_keys"));
        var host = string.Join(' ', (await System.IO.File.ReadAllTextAsync(server.File("host.pub"))).Split(' ').Take(2));
        await System.IO.File.WriteAllTextAsync(server.File("known hosts"), $"[127.0.0.1]:{server.Port} {host}\n");
        await System.IO.File.WriteAllTextAsync(server.File("sshd_config"), server.Configuration());

        if (Run("id", "-u") == "0")
        {
            // Where sshd's unprivileged half lives; the service makes it when it starts.
            Directory.CreateDirectory("/run/sshd");
        }

        server._process = BackgroundProgram.Start("/usr/sbin/sshd", ["-D", "-e", "-f", server.File("sshd_config")], GitHttpServer.Missing);
        await GitHttpServer.WaitAsync(server.Port, [server._process]);
        return server;
    }

    public string File(string name) => _directory.File(name);

    public GitRemoteOptions Reach(GitRemoteOptions options) => options with
    {
        Url = Url,
        SshKeyFile = File("client"),
        KnownHostsFile = File("known hosts"),
        SshPassphrase = () => new SecretText(Passphrase + "\n"),
    };

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private string Configuration() => $"""
        ListenAddress 127.0.0.1
        Port {Port}
        HostKey {File("host")}
        AuthorizedKeysFile {File("authorized_keys")}
        PidFile none
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin prohibit-password
        """;

    private void Key(string name, string passphrase) =>
        Run("ssh-keygen", "-q", "-a", "1", "-t", "ed25519", "-N", passphrase, "-f", File(name));

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}
