using System.Diagnostics;
using System.Text;
using RunAiDr.Core;

namespace RunAiDr.Git.Signing;

/// <summary>
/// Signs what becomes a commit or a tag, with the programs that git itself calls. Neither arguments nor environment hold a
/// secret, and nothing asks on a terminal.
/// </summary>
internal sealed class ObjectSigner(SigningOptions options)
{
    public const string PassphraseFileVariable = "RUNAI_DR_PASSPHRASE_FILE";

    /// <summary>The armored signature, ending with a line break.</summary>
    /// <exception cref="RunAiDrException">The program, the key or its passphrase is missing or does not serve.</exception>
    public string Sign(string content)
    {
        EnsurePassphraseIsReadable();
        var end = options.Format == SignatureFormat.Ssh ? ByAskpass(content) : SigningProgram.Run(Gpg(), Encoding.UTF8.GetBytes(content));
        return end.ExitCode == 0 && SignatureText.FormatOf(end.Output) == options.Format ? end.Output : throw Refused(end);
    }

    private static RunAiDrException Unreadable(string path, Exception failure) => new(
        Fault.Configuration, $"{path} cannot be read: {failure.Message}", "Correct `signing.passphraseFile` in the configuration, or mount the file.", failure);

    private void EnsurePassphraseIsReadable()
    {
        try
        {
            using var file = options.PassphraseFile is { } path ? File.OpenRead(path) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(options.PassphraseFile ?? "", failure);
        }
    }

    private ProgramEnd ByAskpass(string content)
    {
        var folder = Directory.CreateTempSubdirectory("runai-dr-");
        try
        {
            return SigningProgram.Run(SshKeygen(folder.FullName), Encoding.UTF8.GetBytes(content));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private ProcessStartInfo SshKeygen(string folder)
    {
        var start = new ProcessStartInfo("ssh-keygen", ["-Y", "sign", "-n", "git", "-f", options.Key]);

        // Without it a key with a passphrase would be asked for on the terminal of whoever started this process.
        start.Environment["SSH_ASKPASS_REQUIRE"] = "force";
        start.Environment["SSH_ASKPASS"] = options.PassphraseFile is null ? "/bin/false" : AskpassIn(folder);
        start.Environment[PassphraseFileVariable] = options.PassphraseFile;
        return start;
    }

    private static string AskpassIn(string folder)
    {
        var script = Path.Combine(folder, "askpass");
        File.WriteAllText(script, $"#!/bin/sh\nexec cat \"${PassphraseFileVariable}\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return script;
    }

    private ProcessStartInfo Gpg()
    {
        string[] passphrase = options.PassphraseFile is { } path
            ? ["--pinentry-mode", "loopback", "--passphrase-file", path]
            : ["--pinentry-mode", "error"];
        return new ProcessStartInfo("gpg", ["--batch", "--no-tty", .. passphrase, "--armor", "--detach-sign", "--local-user", options.Key]);
    }

    private RunAiDrException Refused(ProgramEnd end) => new(
        Fault.Configuration,
        $"{options.Key} cannot sign: {RemoteFault.Reason(end.Errors)}",
        options.Format == SignatureFormat.Ssh
            ? "`signing.keyFile` has to name a private key that only this user may read, without a passphrase or with `signing.passphraseFile`, or one that ssh-agent holds."
            : "`signing.key` has to name a secret key in the keyring of this user (`gpg --list-secret-keys`) that is valid, without a passphrase, with `signing.passphraseFile`, or known to gpg-agent.");
}
