using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Data.Sops;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Sops;

public sealed class SopsCipherTests : IDisposable
{
    private static readonly byte[] Plain = SecretValues.ToBytes(
    [
        KeyValuePair.Create("values/runai-backend/password_unencrypted", new SecretText("CANARY\n two lines")),
        KeyValuePair.Create("values/runai-backend/store", SecretText.Of([0xff])),
    ]);

    private readonly TestDirectory _folder = new();

    public SopsCipherTests() => SopsStandIn.Install();

    private SealingKeys Keys => field ??= new SealingKeys(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Recipients_of_age_and_ssh_open_what_was_encrypted_for_them()
    {
        var (age, ssh) = (await Keys.AgeAsync("key.txt"), await Keys.SshAsync("ed25519"));
        var other = await Keys.AgeAsync("other.txt");
        await Keys.NameAsync(age.Recipient, ssh.Recipient);

        var cipher = await SopsCipher.ForAsync(Keys.RecipientsFile, CancellationToken.None);
        var encrypted = await cipher.EncryptAsync(Plain, CancellationToken.None);

        Assert.Equal(".sops.yaml", cipher.Extension);
        Assert.Equal([$"age: {age.Recipient}", $"age: {ssh.Recipient[..ssh.Recipient.LastIndexOf(' ')]}"], cipher.Recipients);
        Assert.DoesNotContain("CANARY", Encoding.UTF8.GetString(encrypted), StringComparison.Ordinal);
        foreach (var identity in (string[])[age.Identity, ssh.Identity])
        {
            Assert.Equal(Plain, await SopsFile.DecryptAsync(encrypted, [other.Identity, identity], false, "it", CancellationToken.None));
        }
    }

    [Fact]
    public async Task Rules_of_a_file_say_who_can_read()
    {
        var (_, recipient) = await Keys.AgeAsync("key.txt");
        var rules = _folder.File(".sops.yaml");
        await File.WriteAllTextAsync(rules, $"creation_rules:\n- path_regex: secrets\n  age: {recipient}\n");

        var cipher = await SopsCipher.ByAsync(rules, CancellationToken.None);

        Assert.Equal([$"age: {recipient}"], cipher.Recipients);
    }

    [Fact]
    public async Task Values_that_sops_would_leave_in_plain_text_are_found_before_anything_is_written()
    {
        var rules = _folder.File(".sops.yaml");
        await File.WriteAllTextAsync(rules, "creation_rules: []\nplain: true\n");

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => SopsCipher.ByAsync(rules, CancellationToken.None));

        Assert.Equal("sops would leave values in plain text", fault.Message);
    }

    [Fact]
    public async Task What_sops_complains_of_is_told()
    {
        var (identity, recipient) = await Keys.AgeAsync("key.txt");
        await Keys.NameAsync(recipient);
        var cipher = await SopsCipher.ForAsync(Keys.RecipientsFile, CancellationToken.None);
        var encrypted = await cipher.EncryptAsync(Plain, CancellationToken.None);
        File.Delete(identity);

        var missing = await Assert.ThrowsAsync<RunAiDrException>(() => SopsCipher.ByAsync(_folder.File("none.yaml"), CancellationToken.None));
        var noKey = await Assert.ThrowsAsync<RunAiDrException>(() => SopsFile.DecryptAsync(encrypted, [], false, "secrets/x.sops.yaml", CancellationToken.None));
        var gone = await Assert.ThrowsAsync<RunAiDrException>(() => SopsFile.DecryptAsync(encrypted, [identity], false, "secrets/x.sops.yaml", CancellationToken.None));

        Assert.Contains("could not read", missing.Message, StringComparison.Ordinal);
        Assert.StartsWith("secrets/x.sops.yaml cannot be decrypted. sops ended with exit code 128", noKey.Message, StringComparison.Ordinal);
        Assert.Equal($"{identity} cannot be read.", gone.Message);
    }
}
