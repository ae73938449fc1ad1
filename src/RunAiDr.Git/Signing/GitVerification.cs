using System.Diagnostics;
using RunAiDr.Core;

namespace RunAiDr.Git.Signing;

/// <summary>
/// Lets git verify a commit or tag, deaf to every configuration: of the system, of this user, and of the repository, which
/// may come from anywhere. Has a folder of its own meanwhile.
/// </summary>
internal sealed class GitVerification(string repository, string trustedFile) : IDisposable
{
    // Git ends with 1 when it does not take a signature for good.
    private const int NotGood = 1;

    private static readonly Version OldestOfSsh = new(2, 34);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("runai-dr-");

    public string Folder => _folder.FullName;

    public string TrustedFile => trustedFile;

    /// <summary>Whether git takes the signature for good, and what the program said that git asked.</summary>
    /// <exception cref="RunAiDrException">Git could not check it at all, which says nothing of the signature.</exception>
    public (bool Good, string Status) Run(SignedObject signed, params IReadOnlyList<string> settings)
    {
        var start = Prepared(new ProcessStartInfo(
            "git", ["--git-dir", repository, "-c", "safe.directory=*", "-c", "gpg.minTrustLevel=undefined", .. settings.SelectMany(setting => new[] { "-c", setting }), signed.Command, "--raw", signed.Id]));
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";

        // A replacement would be verified in place of the object that is restored.
        start.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        var end = SigningProgram.Run(start, default);
        return end.ExitCode is 0 or NotGood ? (end.ExitCode == 0, end.Errors) : throw new RunAiDrException(
            Fault.Configuration,
            $"git cannot check signatures: {signed.Command} ended with exit code {end.ExitCode}: {RemoteFault.Reason(end.Errors)}",
            "See that git works: `git verify-commit HEAD` in any repository.");
    }

    /// <exception cref="RunAiDrException">This git takes no signature of ssh for good.</exception>
    public void EnsureKnowsSsh()
    {
        var printed = Run("git", "version").Output.Trim();
        if (printed.Split(' ') is [_, _, var number, ..] && Version.TryParse(string.Join('.', number.Split('.').Take(2)), out var version) && version < OldestOfSsh)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{printed} cannot check signatures of ssh.", $"Install git {OldestOfSsh} or newer.");
        }
    }

    /// <summary>Runs a program with input from nowhere.</summary>
    public ProgramEnd Run(string program, params string[] arguments) => SigningProgram.Run(Prepared(new ProcessStartInfo(program, arguments)), default);

    /// <exception cref="RunAiDrException">Nobody can read the file of those who may sign.</exception>
    public void EnsureReadable(string key)
    {
        try
        {
            using var file = File.OpenRead(trustedFile);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{trustedFile} cannot be read: {failure.Message}", $"Correct `{key}` in the configuration, or mount the file.", failure);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ProcessStartInfo Prepared(ProcessStartInfo start)
    {
        start.Environment["HOME"] = Folder;
        start.Environment["GNUPGHOME"] = Folder;

        // Git tells ssh-keygen the time of a signature as the clock on the wall shows it.
        start.Environment["TZ"] = "UTC0";
        return start;
    }
}
