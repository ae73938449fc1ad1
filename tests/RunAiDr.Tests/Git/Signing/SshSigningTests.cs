using RunAiDr.Core;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Git.Signing;
using RunAiDr.Tests.Git.Remote;

namespace RunAiDr.Tests.Git.Signing;

public sealed class SshSigningTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly SigningKeys _keys = new();

    public void Dispose()
    {
        _repository.Dispose();
        _keys.Dispose();
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    public void Git_accepts_the_signatures_of_commits_and_tags(string type)
    {
        using var store = Store(new(SignatureFormat.Ssh, _keys.Ssh(type: type), null));
        var commit = Commit(store);
        store.Tag(TestRepository.Cluster, "first", commit, "The first\n\nwith a body");

        AssertVerified("verify-commit", commit.Sha);
        AssertVerified("verify-tag", "dr/prod-a/first");
        Assert.Equal("G alice@example.org", Git("log", "-1", "--format=%G? %GS", "main").Trim());
        _repository.Git.AssertSound();
    }

    [Fact]
    public void The_message_of_a_signed_tag_is_read_without_its_signature()
    {
        using var store = Store(_keys.SshSigner());
        var commit = Commit(store);
        store.Tag(TestRepository.Cluster, "first", commit, "The first\n\nwith a body");

        Assert.Equal([new StateTag("first", commit, TestRepository.Clock.GetUtcNow(), "The first\n\nwith a body\n")], store.Tags(TestRepository.Cluster));
    }

    [Fact]
    public void The_seed_and_edits_of_single_files_are_signed_too()
    {
        var options = Options(_keys.SshSigner());
        GitStateStore.Init(new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["README.md"] = "seed\n"u8.ToArray() }, options, TestRepository.Clock);
        using var store = GitStateStore.Open(options, TestRepository.Clock);
        Commit(store);
        var edited = store.Amend(TestRepository.Cluster, store.Tip(TestRepository.Cluster)!.TreeId, [new("a", "2"u8.ToArray())], TestRepository.Text);

        Assert.NotNull(edited);
        Assert.Equal(["G", "G", "G"], Lines("log", "--format=%G?", "main"));
    }

    [Fact]
    public async Task A_commit_put_on_another_tip_is_signed_anew_and_one_of_others_loses_its_signature()
    {
        using var world = new RemoteWorld();
        var signing = _keys.SshSigner();
        using var a = world.Writer("a", options => options with { Repository = options.Repository with { Signing = signing } });
        using var b = world.Writer("b");
        a.Commit(("restore-point.yaml", "1"));
        await a.SynchronizeAsync();
        b.Commit(("restore-point.yaml", "1"));
        await b.SynchronizeAsync();
        a.Commit(("restore-point.yaml", "2"));
        a.Git.Run("fetch", "-q", a.Options.Repository.Path, "main");
        Import(a, "notes.txt");

        await a.SynchronizeAsync();

        // The oldest is that of the other writer, on which the second of ours was put.
        Assert.Equal(
            ["N Other", "G DR Bot", "N DR Bot", "G DR Bot"],
            a.Git.Lines("-c", $"gpg.ssh.allowedSignersFile={_keys.Allow("alice")}", "log", "--format=%G? %cn", "main"));
    }

    [Fact]
    public void A_passphrase_is_read_from_its_file()
    {
        var passphrase = _keys.File("passphrase");
        File.WriteAllText(passphrase, "open sesame\n");
        using var store = Store(new(SignatureFormat.Ssh, _keys.Ssh(passphrase: "open sesame"), passphrase));

        AssertVerified("verify-commit", Commit(store).Sha);
    }

    [Fact]
    public void An_agent_signs_where_only_the_public_key_is()
    {
        var socket = _keys.File("agent");
        var pid = SigningKeys.Run("ssh-agent", "-a", socket).Split("SSH_AGENT_PID=")[1].Split(';')[0];
        Environment.SetEnvironmentVariable("SSH_AUTH_SOCK", socket);
        try
        {
            var key = _keys.Ssh();
            SigningKeys.Run("ssh-add", "-q", key);
            File.Delete(key);
            using var store = Store(new(SignatureFormat.Ssh, key + ".pub", null));

            AssertVerified("verify-commit", Commit(store).Sha);
        }
        finally
        {
            Environment.SetEnvironmentVariable("SSH_AUTH_SOCK", null);
            SigningKeys.Run("kill", pid);
        }
    }

    [Theory]
    [InlineData("missing", "No such file")]
    [InlineData("too open", "too open")]
    [InlineData("a passphrase and no file", "incorrect passphrase")]
    [InlineData("a wrong passphrase", "incorrect passphrase")]
    [InlineData("a missing file of the passphrase", "cannot be read")]
    [InlineData("a public key", "private")]
    [InlineData("no key", "alice")]
    public void What_cannot_sign_is_found_before_anything_is_written(string defect, string reason)
    {
        var signing = Broken(defect);
        var before = _repository.Git.Run("count-objects");

        var failure = Assert.Throws<RunAiDrException>(() => GitStateStore.EnsureCanSign(Options(signing)));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains("signing.", failure.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, _repository.Git.Run("count-objects"));
    }

    [Fact]
    public void A_commit_or_tag_that_cannot_be_signed_is_not_made()
    {
        var commit = _repository.Commit(("restore-point.yaml", "1"))!.Value;
        using var store = Store(Broken("missing"));
        using var writer = store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, ("restore-point.yaml", "2"));

        Assert.Throws<RunAiDrException>(() => writer.Commit(TestRepository.Text));
        Assert.Throws<RunAiDrException>(() => store.Tag(TestRepository.Cluster, "first", commit, "The first"));
        Assert.Equal([commit.Sha], _repository.Git.Lines("rev-list", "--all"));
        Assert.Empty(store.Tags(TestRepository.Cluster));
    }

    [Fact]
    public void Nothing_is_left_in_the_temporary_folder()
    {
        var passphrase = _keys.File("passphrase");
        File.WriteAllText(passphrase, "open sesame\n");
        var signing = new SigningOptions(SignatureFormat.Ssh, _keys.Ssh(passphrase: "open sesame"), passphrase);
        GitStateStore.EnsureCanSign(Options(signing));

        Assert.DoesNotContain(
            Directory.EnumerateFiles(Path.GetTempPath(), "askpass", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 1 }),
            file => File.GetCreationTimeUtc(file) > File.GetCreationTimeUtc(passphrase));
    }

    private static void Import(RemoteWriter writer, string path) => writer.Git.Run(
        System.Text.Encoding.UTF8.GetBytes($"commit refs/heads/main\ncommitter Other <o@example.org> 1700000000 +0100\ndata 5\nother\nfrom refs/heads/main^0\nM 100644 inline {path}\ndata 1\nx\n"),
        "fast-import", "--quiet");

    private SigningOptions Broken(string defect)
    {
        var wrong = _keys.File("passphrase");
        File.WriteAllText(wrong, "sesame\n");
        var key = defect == "missing" ? _keys.File("alice") : _keys.Ssh(passphrase: defect.Contains("passphrase", StringComparison.Ordinal) ? "open sesame" : "");
        switch (defect)
        {
            case "too open" when !OperatingSystem.IsWindows():
                File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
                break;
            case "no key":
                File.WriteAllText(key, "rubbish");
                File.Delete(key + ".pub");
                break;
            case "a public key":
                File.Delete(key);
                return new(SignatureFormat.Ssh, key + ".pub", null);
        }

        return new(SignatureFormat.Ssh, key, defect switch
        {
            "a wrong passphrase" => wrong,
            "a missing file of the passphrase" => _keys.File("none"),
            _ => null,
        });
    }

    private GitStateOptions Options(SigningOptions signing) => _repository.Options with { Signing = signing };

    private GitStateStore Store(SigningOptions signing) => GitStateStore.Open(Options(signing), TestRepository.Clock);

    private static CommitId Commit(GitStateStore store)
    {
        using var writer = store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, ("restore-point.yaml", "1"), ("a", "1"));
        return writer.Commit(TestRepository.Text)!.Value;
    }

    private string Git(params string[] arguments) => _repository.Git.Run(["-c", $"gpg.ssh.allowedSignersFile={_keys.Allow("alice")}", .. arguments]);

    private string[] Lines(params string[] arguments) => Git(arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private void AssertVerified(string command, string name) => Git(command, name);
}
