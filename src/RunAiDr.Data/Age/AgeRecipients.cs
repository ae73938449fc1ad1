using RunAiDr.Core;
using RunAiDr.Data.Dumps;

namespace RunAiDr.Data.Age;

/// <summary>Who can read what is encrypted with age; nobody is named where nothing is encrypted.</summary>
/// <param name="Keys">Public keys.</param>
/// <param name="Program">age.</param>
internal sealed record AgeRecipients(IReadOnlyList<string> Keys, string Program)
{
    public const string FileExtension = ".age";

    public static readonly AgeRecipients None = new([], "");

    private const string Remedy = "Write one recipient a line: what age-keygen prints as public key (age1…), or a public key of ssh.";

    private static readonly string[] Beginnings = ["age1", "ssh-ed25519 ", "ssh-rsa "];

    private static readonly string[] PrivateBeginnings = ["AGE-SECRET-KEY-", "AGE-PLUGIN-", "-----BEGIN "];

    public bool Encrypts => Keys.Count > 0;

    /// <summary>Added to the names of the files.</summary>
    public string Extension => Encrypts ? FileExtension : "";

    /// <summary>The keys are public, and given as they were read: the file may change meanwhile.</summary>
    public ProgramCall Encryption => new(Program, [.. Keys.SelectMany(key => new[] { "--recipient", key })]);

    /// <summary>Those of a file, after a try whether age takes them.</summary>
    /// <param name="file">One recipient a line.</param>
    /// <param name="program">Full path of age; null when it is not installed.</param>
    /// <param name="fault">What kind of failure it is when they cannot be used.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The file or age is missing, or age does not take what is in it.</exception>
    public static async Task<AgeRecipients> ReadAsync(string file, string? program, Fault fault, CancellationToken ct)
    {
        if (program is null)
        {
            throw new RunAiDrException(fault, $"{file} says for whom to encrypt, and age is not on the PATH.", "Install age.");
        }

        var recipients = new AgeRecipients(await KeysAsync(file, fault, ct), program);
        var (_, failure) = await ProgramFilter.RunAsync(recipients.Encryption, ReadOnlyMemory<byte>.Empty, ct);
        return failure is null
            ? recipients
            : throw new RunAiDrException(fault, $"{file} holds a recipient that cannot be used. {failure}", Remedy);
    }

    /// <summary>The recipients in a file, each once, untried.</summary>
    /// <exception cref="RunAiDrException">It cannot be read, names nobody, or holds something else.</exception>
    public static async Task<IReadOnlyList<string>> KeysAsync(string file, Fault fault, CancellationToken ct)
    {
        string[] lines;
        try
        {
            lines = await File.ReadAllLinesAsync(file, ct);
        }
        catch (Exception failure) when (DumpFault.IsOfDisk(failure))
        {
            var why = failure is FileNotFoundException or DirectoryNotFoundException ? "is not there" : "cannot be read";
            throw new RunAiDrException(fault, $"{file} {why}.", "Put the public keys of those there who may read the secrets.", failure);
        }

        string[] keys = [.. Parse(file, lines, fault).Distinct(StringComparer.Ordinal)];
        return keys.Length > 0 ? keys : throw new RunAiDrException(fault, $"{file} names no recipient.", Remedy);
    }

    private static IEnumerable<string> Parse(string file, string[] lines, Fault fault)
    {
        foreach (var (index, line) in lines.Index())
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            // What else stands there may be a private key, so it is not shown.
            yield return BeginsWith(text, Beginnings)
                ? string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2))
                : BeginsWith(text, PrivateBeginnings)
                    ? throw new RunAiDrException(
                        fault,
                        $"{file}, line {index + 1}: not a recipient of age, but a private key.",
                        "Take it away from here: who encrypts needs public keys only. Whoever could read the file may have it.")
                    : throw new RunAiDrException(fault, $"{file}, line {index + 1}: not a recipient of age.", Remedy);
        }
    }

    private static bool BeginsWith(string text, string[] beginnings) =>
        Array.Exists(beginnings, beginning => text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
}
