using System.Diagnostics;
using RunAiDr.Git.Signing;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git.Signing;

/// <summary>Keys that sign, made by ssh-keygen and gpg, in a folder of their own.</summary>
internal sealed class SigningKeys : IDisposable
{
    private readonly TestDirectory _folder = new();
    private string? _gpgHome;

    /// <summary>Home of gpg with the secret keys.</summary>
    public string GpgHome => _gpgHome ??= Directory.CreateDirectory(_folder.File("gnupg")).FullName;

    public string File(string name) => _folder.File(name);

    /// <summary>Makes a private key of ssh and gives its file; the public one is beside it.</summary>
    public string Ssh(string name = "alice", string type = "ed25519", string passphrase = "")
    {
        Run("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "", "-f", File(name));
        return File(name);
    }

    public SigningOptions SshSigner(string name = "alice") => new(SignatureFormat.Ssh, Ssh(name), null);

    /// <summary>A file of allowed signers with lines for keys of ssh; the name of each is its principal.</summary>
    public string Allow(params string[] names) => AllowWith("", names);

    public string AllowWith(string options, params string[] names)
    {
        var file = File("allowed_signers");
        System.IO.File.WriteAllLines(file, names.Select(name => $"{name}@example.org{(options.Length == 0 ? "" : " " + options)} {System.IO.File.ReadAllText(File(name) + ".pub").TrimEnd()}"));
        return file;
    }

    /// <summary>Makes a secret key of OpenPGP that signs.</summary>
    public SigningOptions GpgSigner(string name = "alice", string algorithm = "ed25519", string passphrase = "", string expires = "never")
    {
        Gpg("--pinentry-mode", "loopback", "--passphrase", passphrase, "--quick-gen-key", $"{name} <{name}@example.org>", algorithm, "sign", expires);
        return new(SignatureFormat.OpenPgp, $"{name}@example.org", null);
    }

    /// <summary>Exports public keys.</summary>
    public string Export(params string[] names)
    {
        var file = File("allowed-keys.asc");
        System.IO.File.WriteAllText(file, Gpg(["--armor", "--export", .. names.Select(name => $"{name}@example.org")]));
        return file;
    }

    public string Gpg(params string[] arguments) => Run("gpg", ["--homedir", GpgHome, "--batch", .. arguments]);

    /// <summary>What ssh-keygen prints when it signs this.</summary>
    public string Sign(string key, string content, string purpose = "git")
    {
        System.IO.File.WriteAllText(File("content"), content);
        Run("ssh-keygen", "-q", "-Y", "sign", "-n", purpose, "-f", key, File("content"));
        var signature = System.IO.File.ReadAllText(File("content.sig"));
        System.IO.File.Delete(File("content.sig"));
        return signature;
    }

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (output, error) = (Task.Run(process.StandardOutput.ReadToEnd), Task.Run(process.StandardError.ReadToEnd));
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error.GetAwaiter().GetResult()}");
        return output.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        if (_gpgHome is not null)
        {
            Run("gpgconf", "--homedir", _gpgHome, "--kill", "all");
        }

        _folder.Dispose();
    }
}
