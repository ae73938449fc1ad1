using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Data.Age;
using RunAiDr.Data.Sops;

namespace RunAiDr.Cli.Configuration;

/// <summary>For whom secrets are encrypted, and the key that tells whether they changed.</summary>
/// <param name="HmacKeyFile">File of that key.</param>
internal sealed record SealingConfig(string HmacKeyFile)
{
    /// <summary>sops instead of age.</summary>
    public bool UsesSops { get; init; }

    /// <summary>File of the recipients of age; null only where <see cref="SopsConfigFile"/> says who can read.</summary>
    public string? RecipientsFile { get; init; }

    /// <summary>The operator's <c>.sops.yaml</c>.</summary>
    public string? SopsConfigFile { get; init; }

    private const string Recipients = "secrets.recipientsFile";
    private const string HmacKey = "secrets.hmacKeyFile";
    private const string Encryption = "secrets.encryption";
    private const string SopsConfig = "secrets.sopsConfigFile";
    private const string Age = "age";
    private const string Sops = "sops";

    public static readonly string[] Keys = [Recipients, HmacKey, Encryption, SopsConfig];

    /// <summary>The files it is made of.</summary>
    public IEnumerable<string> Files => new[] { HmacKeyFile, RecipientsFile, SopsConfigFile }.OfType<string>();

    /// <summary>Null when nobody is named who could read the secrets: they are left out then.</summary>
    public static SealingConfig? Read(ConfigValues values)
    {
        var config = new SealingConfig(values.FilePath(HmacKey) ?? "")
        {
            UsesSops = values.Text(Encryption) == Sops,
            RecipientsFile = values.FilePath(Recipients),
            SopsConfigFile = values.FilePath(SopsConfig),
        };
        if (values.Text(Encryption) is { } text && text is not (Age or Sops))
        {
            values.Mistake(Encryption, $"{text}: not one of {Age}, {Sops}");
        }

        if (config.SopsConfigFile is not null && (!config.UsesSops || config.RecipientsFile is not null))
        {
            values.Mistake(SopsConfig, $"{SopsConfig} is for {Encryption}: {Sops}, and instead of {Recipients}");
        }

        var (isNamed, hasKey) = (config.RecipientsFile is not null || config.SopsConfigFile is not null, config.HmacKeyFile.Length > 0);
        if (isNamed != hasKey)
        {
            values.Mistake(isNamed ? Recipients : HmacKey, $"{(isNamed ? HmacKey : Recipients)} is missing: recipients and HMAC key go together");
        }

        return isNamed ? config : null;
    }

    /// <summary>To write secrets: everything is there and usable.</summary>
    /// <exception cref="Core.RunAiDrException">It is not.</exception>
    public async Task<SecretSealing> OpenAsync(CancellationToken ct) =>
        new(Configuration.HmacKeyFile.Read(HmacKeyFile), await CipherAsync(ct));

    /// <summary>To compare secrets; null where the key is not at hand.</summary>
    /// <exception cref="Core.RunAiDrException">The key cannot be one.</exception>
    public SecretSealing? ToCompare() => Configuration.HmacKeyFile.TryRead(HmacKeyFile) is { } mac ? new(mac, null) : null;

    /// <summary>What encrypts.</summary>
    /// <exception cref="Core.RunAiDrException">It is not there, or does not take the recipients.</exception>
    public async Task<ISecretCipher> CipherAsync(CancellationToken ct) => this switch
    {
        { UsesSops: true, SopsConfigFile: { } file } => await SopsCipher.ByAsync(file, ct),
        { UsesSops: true } => await SopsCipher.ForAsync(RecipientsFile ?? "", ct),
        _ => await AgeCipher.OpenAsync(RecipientsFile ?? "", ct),
    };
}
