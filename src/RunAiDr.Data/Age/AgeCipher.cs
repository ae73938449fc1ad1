using RunAiDr.Core;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Data.Dumps;

namespace RunAiDr.Data.Age;

/// <summary>Encrypts with the program age, one run for each file.</summary>
public sealed class AgeCipher : ISecretCipher
{
    public const string FileExtension = AgeRecipients.FileExtension;

    private readonly AgeRecipients _recipients;

    internal AgeCipher(AgeRecipients recipients) => _recipients = recipients;

    public string Extension => FileExtension;

    public IReadOnlyList<string> Recipients => [.. _recipients.Keys.Order(StringComparer.Ordinal)];

    /// <param name="recipientsFile">One recipient a line: <c>age1…</c>, a public key of ssh, or one of a plugin of age.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The file or age is missing, or age does not take what is in it.</exception>
    public static async Task<AgeCipher> OpenAsync(string recipientsFile, CancellationToken ct) =>
        new(await AgeRecipients.ReadAsync(recipientsFile, Programs.OnPath("age"), Fault.Configuration, ct));

    public async Task<byte[]> EncryptAsync(ReadOnlyMemory<byte> plain, CancellationToken ct)
    {
        var (encrypted, failure) = await ProgramFilter.RunAsync(_recipients.Encryption, plain, ct);
        return failure is null ? encrypted : throw new RunAiDrException(
            Fault.Configuration, $"Secrets cannot be encrypted: {failure}", "Check secrets.recipientsFile, and the plugins of age that it needs.");
    }
}
