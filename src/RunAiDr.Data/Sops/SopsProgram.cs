using RunAiDr.Core;
using RunAiDr.Data.Dumps;

namespace RunAiDr.Data.Sops;

/// <summary>How sops is called, of version 3.9 or newer: YAML comes from a pipe and goes into one.</summary>
internal static class SopsProgram
{
    private const string Input = "/dev/stdin";

    // The name that the rules of a .sops.yaml see.
    private const string Name = "secrets.sops.yaml";

    // What its documentation names for keys, and what leads to the services that hold them.
    private static readonly string[] OfKeys =
    [
        "SOPS_", "AWS_", "GOOGLE_", "CLOUDSDK_", "AZURE_", "VAULT_", "GNUPGHOME", "XDG_CONFIG_HOME",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_",
    ];

    private static ReadOnlySpan<byte> PemHead => "-----BEGIN"u8;

    private static readonly string[] Yaml = ["--input-type", "yaml", "--output-type", "yaml"];

    /// <exception cref="RunAiDrException">It is not installed.</exception>
    public static string Find() => Programs.OnPath("sops") ?? throw new RunAiDrException(
        Fault.Configuration, "The program sops is not on the PATH.", "Install sops 3.9 or newer, or set secrets.encryption: age.");

    /// <summary>
    /// Without rules of a file, which sops would look for in every folder above. A rule that leaves values in plain text,
    /// and sops's own (names that end in _unencrypted), give way to one that encrypts all.
    /// </summary>
    public static ProgramCall EncryptionFor(IReadOnlyList<string> recipients) =>
        new(Find(), ["encrypt", .. Yaml, "--encrypted-regex", ".", "--filename-override", Name, "--age", string.Join(',', recipients), Input])
        {
            Folder = "/",
        };

    /// <summary>By the rules of a <c>.sops.yaml</c>; where its keys are, sops finds out from its environment.</summary>
    public static ProgramCall EncryptionBy(string configFile) =>
        new(Find(), ["--config", configFile, "encrypt", .. Yaml, "--encrypted-regex", ".", "--filename-override", Name, Input])
        {
            Folder = Path.GetDirectoryName(configFile),
            Inherits = OfKeys,
        };

    /// <param name="identityFile">A private key of age or ssh; null leaves it to sops to find a key.</param>
    /// <param name="findsKeys">Whether it may look for other keys by its environment: the file names the services that it asks.</param>
    /// <exception cref="RunAiDrException">The file cannot be read.</exception>
    public static ProgramCall Decryption(string? identityFile, bool findsKeys) => new(Find(), ["decrypt", .. Yaml, Input])
    {
        Inherits = findsKeys ? OfKeys : [],
        Environment = identityFile is null
            ? new Dictionary<string, string>()
            : new Dictionary<string, string> { [IsOfSsh(identityFile) ? "SOPS_AGE_SSH_PRIVATE_KEY_FILE" : "SOPS_AGE_KEY_FILE"] = identityFile },
    };

    // sops wants to be told, and no more than the kind of file is looked at.
    private static bool IsOfSsh(string identityFile)
    {
        try
        {
            using var file = File.OpenRead(identityFile);
            var head = new byte[PemHead.Length];
            return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan().SequenceEqual(PemHead);
        }
        catch (Exception failure) when (DumpFault.IsOfDisk(failure))
        {
            throw new RunAiDrException(Fault.Configuration, $"{identityFile} cannot be read.", "Correct --identity.", failure);
        }
    }
}
