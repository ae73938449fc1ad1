using RunAiDr.Core;
using RunAiDr.Git;
using RunAiDr.Git.Signing;

namespace RunAiDr.Tests.Git.Signing;

public sealed class SignatureCheckTests : IDisposable
{
    private readonly SignatureWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Tag_commit_and_branch_tell_who_signed()
    {
        var key = SigningKeys.Run("ssh-keygen", "-l", "-f", _world.Keys.File("alice.pub")).Split(' ')[1];

        foreach (var words in (string[])["first", "dr/prod-a/first", "refs/tags/dr/prod-a/first", _world.First.Sha, _world.First.Sha[..12], "main"])
        {
            var verdict = _world.Check(words);

            Assert.Equal(
                (SignatureState.Good, "alice@example.org", key, TestRepository.Clock.GetUtcNow()),
                (verdict.State, verdict.Signer, verdict.Key, verdict.SignedAt));
            Assert.Contains($"is signed by alice@example.org with key {key}", verdict.Finding, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_signed_tag_is_enough_for_a_commit_that_is_not_signed()
    {
        using var unsigned = GitStateStore.Open(_world.Options with { Signing = null }, TestRepository.Clock);
        using var writer = unsigned.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, ("restore-point.yaml", "third"));
        var commit = writer.Commit(TestRepository.Text)!.Value;
        _world.Store.Tag(TestRepository.Cluster, "third", commit, "The third");

        Assert.Equal(SignatureState.Good, _world.Check("third").State);
        Assert.Equal(SignatureState.NotSigned, _world.Check(commit.Sha).State);
    }

    [Fact]
    public void Without_a_list_of_signers_nothing_is_checked()
    {
        using var store = GitStateStore.Open(_world.Options with { Trusted = TrustedSigners.None }, TestRepository.Clock);

        Assert.Equal(SignatureState.NotChecked, SignatureWorld.Check(store, "first").State);
        Assert.Equal(SignatureState.NotChecked, SignatureWorld.Check(store, "main").State);
    }

    [Theory]
    [InlineData("valid-before=\"20260101\"", SignatureState.Expired)]
    [InlineData("valid-after=\"20260401\"", SignatureState.Expired)]
    [InlineData("valid-before=\"20260304030608\"", SignatureState.Good)]
    [InlineData("valid-after=\"20260304030606\",valid-before=\"20260305\"", SignatureState.Good)]
    [InlineData("namespaces=\"git\"", SignatureState.Good)]
    [InlineData("namespaces=\"file\"", SignatureState.Bad)]
    public void A_signer_is_allowed_for_a_time_and_for_git(string options, SignatureState expected)
    {
        // The tags and commits are of 2026-03-04, 03:06:07 UTC.
        _world.Keys.AllowWith(options, "alice");

        Assert.Equal(expected, _world.Check("first").State);
        Assert.Equal(expected, _world.Check(_world.First.Sha).State);
    }

    [Fact]
    public void A_key_that_is_not_listed_is_unknown()
    {
        _world.Keys.Allow("mallory");

        Assert.Equal(SignatureState.UnknownSigner, _world.Check("first").State);
    }

    [Fact]
    public void Several_signers_may_be_allowed()
    {
        _world.Keys.Allow("mallory", "alice");

        Assert.Equal("alice@example.org", _world.Check("first").Signer);
    }

    [Fact]
    public void A_list_of_signers_that_cannot_be_read_is_a_mistake_of_the_configuration()
    {
        using var store = GitStateStore.Open(_world.Options with { Trusted = new(_world.Keys.File("none"), null) }, TestRepository.Clock);

        var failure = Assert.Throws<RunAiDrException>(() => SignatureWorld.Check(store, "first"));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains(_world.Keys.File("none"), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_moved_since_it_was_opened_is_not_checked_in_its_place()
    {
        var failure = Assert.Throws<RunAiDrException>(() => _world.Store.CheckSignature(TestRepository.Cluster, "main", _world.First));

        Assert.Equal(Fault.RestorePoint, failure.Fault);
    }

    [Theory]
    [InlineData("gpg.ssh.program", "/bin/true")]
    [InlineData("gpg.ssh.allowedSignersFile", "/dev/null")]
    [InlineData("gpg.ssh.defaultKeyCommand", "/bin/false")]
    [InlineData("gpg.minTrustLevel", "ultimate")]
    public void The_configuration_of_the_repository_does_not_matter(string key, string value)
    {
        _world.Git("config", key, value);

        Assert.Equal(SignatureState.Good, _world.Check("first").State);
        _world.Keys.Allow("mallory");
        Assert.Equal(SignatureState.UnknownSigner, _world.Check("first").State);
    }
}
