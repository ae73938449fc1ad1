using RunAiDr.Core;
using RunAiDr.Git.Signing;

namespace RunAiDr.Cli.Configuration;

/// <summary>What signs, and whose signatures count.</summary>
internal sealed record SignatureConfig
{
    public static readonly string[] Keys =
    [
        "signing.format", "signing.keyFile", "signing.key", "signing.passphraseFile",
        "signatures.allowedSignersFile", "signatures.allowedKeysFile", "signatures.required",
    ];

    private const string Ssh = "ssh";
    private const string OpenPgp = "openpgp";

    /// <summary>Nothing is signed when absent.</summary>
    public SigningOptions? Signing { get; init; }

    public TrustedSigners Trusted { get; init; } = TrustedSigners.None;

    /// <summary>Whether a restore point has to be signed by one of those.</summary>
    public bool Required { get; init; }

    public static SignatureConfig Read(ConfigValues values)
    {
        var config = new SignatureConfig
        {
            Signing = ReadSigning(values),
            Trusted = new(values.FilePath("signatures.allowedSignersFile"), values.FilePath("signatures.allowedKeysFile")),
            Required = values.Flag("signatures.required") ?? false,
        };
        if (config is { Required: true, Trusted.IsConfigured: false })
        {
            values.Mistake("signatures.required", "signatures.required needs signatures.allowedSignersFile or signatures.allowedKeysFile");
        }

        return config;
    }

    /// <summary>The same, with a signature required.</summary>
    /// <exception cref="RunAiDrException">It says nobody's signatures count.</exception>
    public SignatureConfig Requiring() => Trusted.IsConfigured ? this with { Required = true } : throw new RunAiDrException(
        Fault.Configuration,
        "--require-signature: the configuration does not say whose signatures count.",
        "Set signatures.allowedSignersFile or signatures.allowedKeysFile.");

    private static SigningOptions? ReadSigning(ConfigValues values)
    {
        if (Keys.Where(name => name.StartsWith("signing.", StringComparison.Ordinal)).All(name => values.Text(name) is null))
        {
            return null;
        }

        var format = values.Text("signing.format") ?? Ssh;
        var (own, other) = format == OpenPgp ? ("signing.key", "signing.keyFile") : ("signing.keyFile", "signing.key");
        if (format is not (Ssh or OpenPgp))
        {
            values.Mistake("signing.format", $"{format}: not a format of signatures; there are {Ssh} and {OpenPgp}");
        }
        else if (values.Text(other) is not null)
        {
            values.Mistake(other, $"{other} is not for signing.format {format}");
        }

        var passphrase = values.FilePath("signing.passphraseFile");
        return format == OpenPgp
            ? new(SignatureFormat.OpenPgp, values.Text(own) ?? values.Missing(own), passphrase)
            : new(SignatureFormat.Ssh, values.FilePath(own) ?? values.Missing(own), passphrase);
    }
}
