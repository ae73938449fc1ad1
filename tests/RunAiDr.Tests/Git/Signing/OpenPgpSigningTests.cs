using RunAiDr.Core;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Git.Signing;

namespace RunAiDr.Tests.Git.Signing;

/// <summary>All that signs with gpg is here, for its home is one for the whole process.</summary>
public sealed class OpenPgpSigningTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly SigningKeys _keys = new();

    public OpenPgpSigningTests() => Environment.SetEnvironmentVariable("GNUPGHOME", _keys.GpgHome);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("GNUPGHOME", null);
        _repository.Dispose();
        _keys.Dispose();
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa3072")]
    public void Git_accepts_the_signatures_of_commits_and_tags(string algorithm)
    {
        using var store = Store(_keys.GpgSigner(algorithm: algorithm), TrustedSigners.None);
        var commit = Commit(store);

        _repository.Git.Run("verify-commit", commit.Sha);
        _repository.Git.Run("verify-tag", "dr/prod-a/first");
        _repository.Git.AssertSound();
    }

    [Fact]
    public void A_good_signature_names_signer_and_key()
    {
        var signing = _keys.GpgSigner();
        var key = Fingerprint();
        using var store = Store(signing, new(null, _keys.Export("alice")));
        var commit = Commit(store);

        foreach (var reference in (string[])["first", "main"])
        {
            var verdict = store.CheckSignature(TestRepository.Cluster, reference, commit);

            Assert.Equal(
                (SignatureState.Good, "alice <alice@example.org>", key, TestRepository.Clock.GetUtcNow()),
                (verdict.State, verdict.Signer, verdict.Key, verdict.SignedAt));
        }
    }

    [Fact]
    public void A_passphrase_is_read_from_its_file()
    {
        var passphrase = _keys.File("passphrase");
        File.WriteAllText(passphrase, "open sesame\n");
        var signing = _keys.GpgSigner(passphrase: "open sesame");
        SigningKeys.Run("gpgconf", "--homedir", _keys.GpgHome, "--kill", "all");

        var failure = Assert.Throws<RunAiDrException>(() => GitStateStore.EnsureCanSign(_repository.Options with { Signing = signing }));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains("gpg --list-secret-keys", failure.Remedy, StringComparison.Ordinal);
        GitStateStore.EnsureCanSign(_repository.Options with { Signing = signing with { PassphraseFile = passphrase } });
    }

    [Fact]
    public void A_key_that_is_not_there_is_found_before_anything_is_written()
    {
        var failure = Assert.Throws<RunAiDrException>(() => GitStateStore.EnsureCanSign(
            _repository.Options with { Signing = new(SignatureFormat.OpenPgp, "nobody@example.org", null) }));

        Assert.Contains("nobody@example.org cannot sign", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Somebody_else_is_unknown()
    {
        var mallory = _keys.GpgSigner("mallory");
        _keys.GpgSigner();
        using var store = Store(mallory, new(null, _keys.Export("alice")));

        Assert.Equal(SignatureState.UnknownSigner, State(store, Commit(store)));
    }

    [Fact]
    public void A_signature_with_a_changed_content_is_bad()
    {
        using var store = Store(_keys.GpgSigner(), new(null, _keys.Export("alice")));
        var commit = Commit(store);
        var tag = _repository.Git.Run("cat-file", "tag", "dr/prod-a/first").Replace("The first", "The second", StringComparison.Ordinal);
        Put("refs/tags/dr/prod-a/first", "tag", tag);

        Assert.Equal(SignatureState.Bad, State(store, commit));
    }

    [Fact]
    public void A_key_that_has_expired_does_not_count()
    {
        using var store = Store(_keys.GpgSigner(), new(null, _keys.Export("alice")));
        var commit = Commit(store);
        Assert.Equal(SignatureState.Good, State(store, commit));

        _keys.Gpg("--quick-set-expire", Fingerprint(), "seconds=1");
        _keys.Export("alice");
        SpinWait.SpinUntil(() => State(store, commit) != SignatureState.Good, TimeSpan.FromSeconds(20));

        Assert.Equal(SignatureState.Expired, State(store, commit));
    }

    [Fact]
    public void A_key_that_was_revoked_does_not_count()
    {
        using var store = Store(_keys.GpgSigner(), new(null, _keys.Export("alice")));
        var commit = Commit(store);

        // The file that gpg keeps has a colon against use by mistake.
        var revocation = Directory.GetFiles(Path.Combine(_keys.GpgHome, "openpgp-revocs.d")).Single();
        File.WriteAllText(revocation, File.ReadAllText(revocation).Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal));
        _keys.Gpg("--import", revocation);
        _keys.Export("alice");

        Assert.Equal(SignatureState.Revoked, State(store, commit));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not a key")]
    public void A_file_without_keys_is_a_mistake_of_the_configuration(string? content)
    {
        var signing = _keys.GpgSigner();
        if (content is not null)
        {
            File.WriteAllText(_keys.File("keys"), content);
        }

        using var store = Store(signing, new(null, _keys.File("keys")));
        var commit = Commit(store);

        var failure = Assert.Throws<RunAiDrException>(() => State(store, commit));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains(_keys.File("keys"), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_kind_of_signature_is_checked_against_its_own_file()
    {
        var (gpg, ssh) = (_keys.GpgSigner(), _keys.SshSigner());
        var both = new TrustedSigners(_keys.Allow("alice"), _keys.Export("alice"));
        using var byGpg = Store(gpg, both);
        using var bySsh = Store(ssh, both);
        using var withoutGpg = Store(gpg, both with { AllowedKeysFile = null });

        var first = Commit(byGpg);
        var second = Commit(bySsh, "second");

        Assert.Equal(SignatureState.Good, State(bySsh, first));
        Assert.Equal(SignatureState.Good, State(byGpg, second, "second"));
        Assert.Equal(SignatureState.UnknownSigner, State(withoutGpg, first));
    }

    private void Put(string reference, string type, string content) => _repository.Git.Run(
        "update-ref", reference, _repository.Git.Run(System.Text.Encoding.UTF8.GetBytes(content), "hash-object", "-t", type, "-w", "--stdin").Trim());

    private string Fingerprint() =>
        _keys.Gpg("--with-colons", "--list-keys", "alice").Split('\n').First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];

    private static SignatureState State(GitStateStore store, CommitId commit, string reference = "first") =>
        store.CheckSignature(TestRepository.Cluster, reference, commit).State;

    private GitStateStore Store(SigningOptions signing, TrustedSigners trusted) =>
        GitStateStore.Open(_repository.Options with { Signing = signing, Trusted = trusted }, TestRepository.Clock);

    private static CommitId Commit(GitStateStore store, string tag = "first")
    {
        using var writer = store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, ("restore-point.yaml", tag));
        var commit = writer.Commit(TestRepository.Text)!.Value;
        store.Tag(TestRepository.Cluster, tag, commit, "The first");
        return commit;
    }
}
