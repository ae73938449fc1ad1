using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Data.Age;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Age;

/// <summary>With the real age, and keys as age-keygen and ssh-keygen make them.</summary>
public sealed class AgeCipherTests : IDisposable
{
    // No more than a name: of plugin "shown".
    private const string PluginRecipient = "age1shown1qqqqqqqqqqqqqqqq7zwe29";

    private const string Canary = "CANARY-value of a secret";

    private static readonly byte[] Plain = SecretValues.ToBytes([KeyValuePair.Create("values/runai-backend/password", new SecretText(Canary))]);

    private readonly TestDirectory _folder = new();

    private SealingKeys Keys => field ??= new SealingKeys(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_recipient_can_open_what_was_encrypted_with_stock_age()
    {
        var x25519 = await Keys.AgeAsync("key.txt");
        var ed25519 = await Keys.SshAsync("ed25519");
        var rsa = await Keys.SshAsync("rsa");
        await Keys.NameAsync(rsa.Recipient, x25519.Recipient, ed25519.Recipient, x25519.Recipient);

        var cipher = await AgeCipher.OpenAsync(Keys.RecipientsFile, CancellationToken.None);
        var encrypted = await cipher.EncryptAsync(Plain, CancellationToken.None);

        foreach (var identity in (string[])[x25519.Identity, ed25519.Identity, rsa.Identity])
        {
            Assert.Equal(Encoding.UTF8.GetString(Plain), await Keys.OpenAsync(identity, encrypted));
            Assert.Equal(Plain, await AgeFile.DecryptAsync(encrypted, [identity], "it", CancellationToken.None));
        }

        Assert.Equal(".age", cipher.Extension);
        Assert.Equal([x25519.Recipient, ed25519.Recipient.Replace(" operator@example.org", "", StringComparison.Ordinal), rsa.Recipient.Replace(" operator@example.org", "", StringComparison.Ordinal)], cipher.Recipients);
    }

    [Fact]
    public async Task One_of_several_identities_is_enough_and_a_wrong_one_is_told()
    {
        var mine = await Keys.AgeAsync("mine.txt");
        var other = await Keys.AgeAsync("other.txt");
        await Keys.NameAsync(mine.Recipient);
        var cipher = await AgeCipher.OpenAsync(Keys.RecipientsFile, CancellationToken.None);
        var encrypted = await cipher.EncryptAsync(Plain, CancellationToken.None);

        var fault = await Assert.ThrowsAsync<RunAiDrException>(
            () => AgeFile.DecryptAsync(encrypted, [other.Identity], "secrets/x.age", CancellationToken.None));

        Assert.Equal(Plain, await AgeFile.DecryptAsync(encrypted, [other.Identity, mine.Identity], "it", CancellationToken.None));
        Assert.StartsWith($"secrets/x.age cannot be decrypted with {other.Identity}: age ended with exit code 1", fault.Message, StringComparison.Ordinal);
        Assert.Equal(Fault.Configuration, fault.Fault);
    }

    [Theory]
    [InlineData(null, "is not there")]
    [InlineData("# nobody\n", "names no recipient")]
    [InlineData("age1notakey\n", "holds a recipient that cannot be used")]
    [InlineData("age1unknown1qqqqqqqqq\n", "holds a recipient that cannot be used")]
    [InlineData("ssh-dss AAAAB3NzaC1kc3MAAACBCANARY\n", "line 1: not a recipient of age.")]
    [InlineData("# mine\nAGE-SECRET-KEY-1CANARY\n", "line 2: not a recipient of age, but a private key")]
    [InlineData("age-secret-key-1CANARY\n", "line 1: not a recipient of age, but a private key")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nCANARY\n", "line 1: not a recipient of age, but a private key")]
    [InlineData("CANARY-password\n", "line 1: not a recipient of age.")]
    public async Task Recipients_that_cannot_be_used_are_told_with_their_place_and_never_shown(string? content, string expected)
    {
        if (content is not null)
        {
            await File.WriteAllTextAsync(Keys.RecipientsFile, content);
        }

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => AgeCipher.OpenAsync(Keys.RecipientsFile, CancellationToken.None));

        Assert.Contains(Keys.RecipientsFile, fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", fault.Message + fault.Remedy, StringComparison.Ordinal);
        Assert.Equal(Fault.Configuration, fault.Fault);
    }

    [Fact]
    public async Task The_plain_text_is_in_no_argument_and_no_environment()
    {
        var (identity, recipient) = await Keys.AgeAsync("key.txt");
        await Keys.NameAsync(recipient);
        var seen = _folder.File("seen");
        var cipher = new AgeCipher(await AgeRecipients.ReadAsync(
            Keys.RecipientsFile, Script($"tr '\\0' '\\n' < /proc/$$/cmdline >> {seen}; tr '\\0' '\\n' < /proc/$$/environ >> {seen}; exec age \"$@\""), Fault.Configuration, CancellationToken.None));

        var encrypted = await cipher.EncryptAsync(Plain, CancellationToken.None);

        var told = await File.ReadAllTextAsync(seen);
        Assert.Contains(recipient, told, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", told, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetString(Plain), await Keys.OpenAsync(identity, encrypted));
    }

    [Fact]
    public async Task Encrypting_that_fails_half_way_gives_no_file()
    {
        var (_, recipient) = await Keys.AgeAsync("key.txt");
        var cipher = new AgeCipher(new AgeRecipients([recipient], Script("age \"$@\" | head -c 100; exit 3")));

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => cipher.EncryptAsync(Plain, CancellationToken.None));

        Assert.Contains("exit code 3", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_unpacks_to_far_too_much_is_given_up()
    {
        var (identity, recipient) = await Keys.AgeAsync("key.txt");
        await Keys.NameAsync(recipient);
        var (large, encrypted) = (_folder.File("large"), _folder.File("large.age"));
        await File.WriteAllBytesAsync(large, new byte[20_000_000]);
        (await EndToEndPrograms.RunAsync(_folder.Path, new Dictionary<string, string>(), "age", "-r", recipient, "-o", encrypted, large)).Expect(0);

        var fault = await Assert.ThrowsAsync<RunAiDrException>(
            async () => await AgeFile.DecryptAsync(await File.ReadAllBytesAsync(encrypted), [identity], "it", CancellationToken.None));

        Assert.Contains("more than 16777216 bytes", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipients_of_plugins_are_left_to_age_and_its_plugin()
    {
        // A plugin that hides nothing, but speaks the protocol.
        Script(
            """
            while IFS= read -r line; do
              case $line in
                "-> wrap-file-key"*) IFS= read -r key ;;
                "-> done"*) IFS= read -r body; break ;;
              esac
            done
            printf -- '-> recipient-stanza 0 shown\n%s\n' "$key"
            IFS= read -r answer; IFS= read -r body
            printf -- '-> done\n\n'
            """,
            "age-plugin-shown");
        var cipher = new AgeCipher(new AgeRecipients([PluginRecipient], Script($"PATH={_folder.Path}:$PATH exec age \"$@\"")));

        var encrypted = await cipher.EncryptAsync(Plain, CancellationToken.None);

        Assert.StartsWith("age-encryption.org/v1\n-> shown", Encoding.ASCII.GetString(encrypted), StringComparison.Ordinal);
    }

    private string Script(string script, string name = "program")
    {
        var path = _folder.File(name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        SealingKeys.Restrict(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
