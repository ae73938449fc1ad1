using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Service.Web;

/// <summary>
/// The tokens of a file, which holds <c>name: SHA-256 of the token in hex</c> on each line and so lets nobody in who
/// reads it. Each may see everything.
/// </summary>
internal sealed class AccessTokens
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly WatchedFiles<IReadOnlyList<byte[]>> _digests;

    /// <exception cref="RunAiDrException">The file is missing or wrong.</exception>
    public AccessTokens(string path, TimeProvider clock, ILogger log) => _digests = new(
        [path],
        contents => Parse(path, Encoding.UTF8.GetString(contents[0])),
        (fault, _) =>
        {
            // A token may have been taken out of it.
            log.TokensWrong(fault.Message, fault.Remedy);
            return [];
        },
        clock);

    public ValueTask<Verdict> JudgeAsync(SecretText token, string path, CancellationToken ct)
    {
        var (given, known) = (SHA256.HashData(token.RevealBytes()), false);
        foreach (var digest in _digests.Newest())
        {
            // All of them, each in constant time.
            known |= CryptographicOperations.FixedTimeEquals(digest, given);
        }

        return ValueTask.FromResult(known ? Verdict.Granted : Verdict.Unknown);
    }

    private static List<byte[]> Parse(string path, string text)
    {
        if (!OperatingSystem.IsWindows() && (ModeOf(path) & WritableByOthers) != UnixFileMode.None)
        {
            throw Wrong($"{path} can be written by others than its owner", $"Run `chmod go-w {path}`.");
        }

        var digests = new List<byte[]>();
        foreach (var (number, line) in text.Split('\n', StringSplitOptions.TrimEntries).Index())
        {
            if (line.Length > 0 && !line.StartsWith('#'))
            {
                digests.Add(DigestOf(line) ?? throw Wrong(
                    $"{path}:{number + 1} is not a name and a SHA-256",
                    "Write `<name>: <digest>`; `printf %s \"$TOKEN\" | sha256sum` gives the digest."));
            }
        }

        return digests;
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static UnixFileMode ModeOf(string path)
    {
        try
        {
            // Of what a link leads to, since links themselves are open to all.
            using var file = File.OpenHandle(path);
            return File.GetUnixFileMode(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"{path} cannot be read: {failure.Message}", "Correct `access.tokensFile` in the configuration, or mount the file.");
        }
    }

    private static byte[]? DigestOf(string line)
    {
        var parts = line.Split(':', 2, StringSplitOptions.TrimEntries);
        var digest = new byte[SHA256.HashSizeInBytes];
        return parts is [{ Length: > 0 }, { Length: SHA256.HashSizeInBytes * 2 } hex]
            && Convert.FromHexString(hex, digest, out _, out _) == System.Buffers.OperationStatus.Done ? digest : null;
    }

    private static RunAiDrException Wrong(string message, string remedy) => new(Fault.Configuration, message, remedy);
}
