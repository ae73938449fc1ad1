using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;

namespace RunAiDr.Tests.Support;

/// <summary>Keys in files of a folder, made by age-keygen and ssh-keygen, as an operator has them.</summary>
internal sealed class SealingKeys(string folder)
{
    public const string HmacKey = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>What a configuration says of them.</summary>
    public const string Configuration = "secrets: {recipientsFile: recipients.txt, hmacKeyFile: hmac-key}\n";

    public static SecretMac Mac => new(new SecretText(HmacKey));

    public string RecipientsFile => Path.Combine(folder, "recipients.txt");

    public string HmacKeyFile => Path.Combine(folder, "hmac-key");

    /// <summary>The files of <see cref="Configuration"/>, for one new recipient; gives the file of the identity.</summary>
    public async Task<string> MakeAsync(string name)
    {
        var (identity, recipient) = await AgeAsync(name);
        await NameAsync(recipient);
        await File.WriteAllTextAsync(HmacKeyFile, HmacKey + "\n");
        Restrict(HmacKeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return identity;
    }

    /// <summary>A pair of age: the file of the identity, and the recipient.</summary>
    public async Task<(string Identity, string Recipient)> AgeAsync(string name)
    {
        var identity = Path.Combine(folder, name);
        (await RunAsync("age-keygen", "-o", identity)).Expect(0);
        return (identity, (await RunAsync("age-keygen", "-y", identity)).Expect(0).Output.Trim());
    }

    /// <summary>A pair of ssh: the file of the private key, and the public key.</summary>
    public async Task<(string Identity, string Recipient)> SshAsync(string type)
    {
        var identity = Path.Combine(folder, $"id_{type}");
        (await RunAsync("ssh-keygen", "-q", "-t", type, "-N", "", "-C", "operator@example.org", "-f", identity)).Expect(0);
        return (identity, (await File.ReadAllTextAsync($"{identity}.pub")).Trim());
    }

    /// <summary>Makes them the recipients.</summary>
    public Task NameAsync(params string[] recipients) =>
        File.WriteAllTextAsync(RecipientsFile, $"# those who may restore\n\n{string.Join('\n', recipients)}\n");

    /// <summary>What stock age finds in a file.</summary>
    public async Task<string> OpenAsync(string identity, byte[] encrypted)
    {
        var file = Path.Combine(folder, "opened.age");
        await File.WriteAllBytesAsync(file, encrypted);
        return (await RunAsync("age", "--decrypt", "-i", identity, file)).Expect(0).Output;
    }

    public static void Restrict(string file, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode);
        }
    }

    private Task<Ended> RunAsync(string program, params string[] arguments) =>
        EndToEndPrograms.RunAsync(folder, new Dictionary<string, string>(), program, arguments);
}
