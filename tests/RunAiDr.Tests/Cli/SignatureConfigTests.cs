using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Git.Signing;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli;

public sealed class SignatureConfigTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_key_of_ssh_needs_no_more_than_its_file() =>
        Assert.Equal(new(SignatureFormat.Ssh, _folder.File("key"), null), Read("signing: {keyFile: key}").Signing);

    [Fact]
    public void Every_key_is_read()
    {
        Assert.Equal(
            new SignatureConfig
            {
                Signing = new(SignatureFormat.OpenPgp, "dr@example.org", _folder.File("passphrase")),
                Trusted = new(_folder.File("allowed_signers"), "/etc/keys.asc"),
                Required = true,
            },
            Read("""
                signing: {format: openpgp, key: dr@example.org, passphraseFile: passphrase}
                signatures: {allowedSignersFile: allowed_signers, allowedKeysFile: /etc/keys.asc, required: true}
                """));
    }

    [Theory]
    [InlineData("signing: {format: x509}", "x509: not a format")]
    [InlineData("signing: {format: ssh}", "signing.keyFile is missing")]
    [InlineData("signing: {format: openpgp}", "signing.key is missing")]
    [InlineData("signing: {format: openpgp, keyFile: a}", "signing.keyFile is not for signing.format openpgp")]
    [InlineData("signing: {keyFile: a, key: b}", "signing.key is not for signing.format ssh")]
    [InlineData("signing: {key: b}", "signing.key is not for signing.format ssh")]
    [InlineData("signing: {passphraseFile: b}", "signing.keyFile is missing")]
    [InlineData("signatures: {required: true}", "needs signatures.allowedSignersFile or signatures.allowedKeysFile")]
    public void A_mistake_is_told(string text, string complaint)
    {
        var failure = Assert.Throws<RunAiDrException>(() => Read(text));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
    }

    private SignatureConfig Read(string text)
    {
        var path = _folder.File("runai-dr.yaml");
        File.WriteAllText(path, $"cluster: prod\nrepository: dr.git\n{text}\n");
        return new ConfigReader(path, new Dictionary<string, string>(StringComparer.Ordinal)).Read().Signatures;
    }
}
