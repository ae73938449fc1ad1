using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;

namespace RunAiDr.Tests.Support;

/// <summary>Hides a text and counts how often; as with a real cipher no two results are the same.</summary>
internal sealed class FakeCipher : ISecretCipher
{
    private int _runs;

    public string Extension { get; init; } = ".age";

    public IReadOnlyList<string> Recipients { get; init; } = ["age1alice", "age1bob"];

    public int Runs => _runs;

    /// <summary>What it fails with.</summary>
    public RunAiDrException? Failure { get; set; }

    /// <summary>For exporters: this cipher and a key of MACs.</summary>
    public SecretSealing Sealing => new(new SecretMac(new SecretText("a key of thirty-two bytes or more")), this);

    public async Task<byte[]> EncryptAsync(ReadOnlyMemory<byte> plain, CancellationToken ct)
    {
        await Task.Yield();
        ct.ThrowIfCancellationRequested();
        return Failure is null
            ? Encoding.ASCII.GetBytes($"{Recipients[0]}:{Interlocked.Increment(ref _runs)} {Convert.ToHexString(plain.Span)}")
            : throw Failure;
    }

    public static IReadOnlyDictionary<string, SecretText> Open(byte[] file) =>
        SecretValues.Parse(Convert.FromHexString(Encoding.ASCII.GetString(file).Split(' ')[1]), "test", Fault.RestorePoint);
}
