using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>Who can read the dumps; nobody is named when they are not encrypted.</summary>
/// <param name="Keys">Public keys.</param>
/// <param name="Program">age.</param>
internal sealed record AgeRecipients(IReadOnlyList<string> Keys, string Program)
{
    private const int MostOutput = 4096;
    private const string Remedy = "Write one recipient a line: what age-keygen prints as public key (age1…), or a public key of ssh.";

    private static readonly string[] Beginnings = ["age1", "ssh-ed25519 ", "ssh-rsa "];

    public bool Encrypts => Keys.Count > 0;

    /// <summary>Added to the names of the files.</summary>
    public string Extension => Encrypts ? ".age" : "";

    /// <summary>The keys are public, and given as they were read: the file may change meanwhile.</summary>
    public ProgramCall Encryption => new(Program, [.. Keys.SelectMany(key => new[] { "--recipient", key })]);

    /// <param name="file">One recipient a line; null encrypts nothing.</param>
    /// <param name="program">Full path of age; null when it is not installed.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The file or age is missing, or age does not take what is in it.</exception>
    public static async Task<AgeRecipients> ReadAsync(string? file, string? program, CancellationToken ct)
    {
        if (file is null)
        {
            return new AgeRecipients([], "");
        }

        if (program is null)
        {
            throw DumpFault.Of("The dumps are to be encrypted, and age is not on the PATH.", "Install age.");
        }

        var lines = await DumpFault.OnDiskAsync(file, () => File.ReadAllLinesAsync(file, ct));
        var recipients = new AgeRecipients([.. Parse(file, lines)], program);
        if (!recipients.Encrypts)
        {
            throw DumpFault.Of($"{file} names no recipient.", Remedy);
        }

        await using var attempt = ChildProgram.Start(recipients.Encryption, ct);
        attempt.Input.Close();
        await attempt.Output.CopyToAsync(Stream.Null, CancellationToken.None);
        return await attempt.FailureAsync(ct) is { } failure
            ? throw DumpFault.Of($"{file} holds a recipient that cannot be used. {failure}", Remedy)
            : recipients;
    }

    private static IEnumerable<string> Parse(string file, string[] lines)
    {
        foreach (var (index, line) in lines.Index())
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            // What else stands there may be a private key, so it is not shown.
            yield return Array.Exists(Beginnings, beginning => text.StartsWith(beginning, StringComparison.Ordinal))
                ? string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2))
                : throw DumpFault.Of($"{file}, line {index + 1}: not a recipient of age.", Remedy);
        }
    }
}
