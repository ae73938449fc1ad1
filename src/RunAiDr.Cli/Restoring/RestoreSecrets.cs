using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Mapping;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Restoring;

/// <summary>
/// Where the plain values come from: the encrypted files of the restore point, a Secret of the target, the operator's file
/// or folder. Each one goes over those before it.
/// </summary>
internal sealed record RestoreSecrets
{
    private static readonly ResourceKind Secret = new("", "v1", "Secret", "secrets", true);

    /// <summary>The operator's file or folder.</summary>
    public string? Source { get; init; }

    /// <summary>Files of private keys.</summary>
    public IReadOnlyList<string> Identities { get; init; } = [];

    /// <summary>Namespace and name of a Secret of the target.</summary>
    public string? ClusterSecret { get; init; }

    /// <summary>Values are found under the names that their placeholders have on the target too.</summary>
    public RestoreMapping Mapping { get; init; } = RestoreMapping.None;

    /// <summary>Whether the encrypted files are opened at all.</summary>
    public bool OpensEncrypted { get; init; } = true;

    /// <param name="session">Of the target.</param>
    /// <param name="saved">The restore point, before anything of it got another name.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">A source cannot be read, or does not hold what it should.</exception>
    public async Task<SuppliedSecrets> ReadAsync(Session session, IStateTree saved, CancellationToken ct)
    {
        var values = new Dictionary<string, SecretText>(StringComparer.Ordinal);
        var encrypted = await DecryptedAsync(session.Config.Sealing, saved, ct);
        Add(values, encrypted.Values);
        Add(values, ClusterSecret is { } name ? await OfClusterAsync(session, name, ct) : []);
        Add(values, Source is { } source ? OfOperator(source, saved) : []);
        return encrypted with { Values = Mapping.Named(values) };
    }

    private async Task<SuppliedSecrets> DecryptedAsync(SealingConfig? config, IStateTree saved, CancellationToken ct)
    {
        // Other keys than those of age sops finds by itself, when this machine may use them.
        var isAsked = Identities.Count > 0;
        var files = OpensEncrypted && (isAsked || config?.SopsConfigFile is not null) ? SealedFile.In(saved) : [];
        if (files.Count == 0)
        {
            return SuppliedSecrets.None;
        }

        var mac = config?.ToCompare()?.Mac;
        try
        {
            var opened = await new SealedSecrets(Identities, mac, config?.UsesSops == true).OpenAsync(saved, files, ct);
            return SuppliedSecrets.None with
            {
                Values = opened.SelectMany(file => file.Values).ToDictionary(StringComparer.Ordinal),
                Authenticated = mac is not null,
            };
        }
        catch (RunAiDrException fault) when (!isAsked && fault.Fault == Fault.Configuration)
        {
            return SuppliedSecrets.None with { NotOpened = fault };
        }
    }

    /// <summary>Each value of its data is a file as the operator's: names to texts.</summary>
    private static async Task<IEnumerable<KeyValuePair<string, SecretText>>> OfClusterAsync(Session session, string place, CancellationToken ct)
    {
        if (place.Split('/') is not [{ Length: > 0 } ns, { Length: > 0 } name])
        {
            throw new RunAiDrException(Fault.Configuration, $"--secrets-from {place}: not a namespace and a name with / between them.", "Correct the option.");
        }

        var data = (await session.Cluster.GetAsync(Secret, ns, name, ct))?.Map("data") ?? throw new RunAiDrException(
            Fault.NeedsOperator, $"Secret {place} is not on the target, or has no data.", "Create it: kubectl create secret generic with --from-file=secrets.yaml.");
        var values = new List<KeyValuePair<string, SecretText>>();
        foreach (var key in data.Select(field => field.Key))
        {
            var where = $"key {key} of Secret {place}";
            values.AddRange(SecretValues.Parse(Bytes(data.Text(key), where), where, Fault.Configuration));
        }

        return values;
    }

    private IReadOnlyDictionary<string, SecretText> OfOperator(string source, IStateTree saved)
    {
        if (!Directory.Exists(source))
        {
            return SecretsFile.Read(source);
        }

        var names = RestorePoint.Read(saved).SecretNames.ToDictionary(name => name, name => new SecretText(name), StringComparer.Ordinal);
        return SecretsDirectory.Read(source, Mapping.Named(names).Keys.ToHashSet(StringComparer.Ordinal));
    }

    private static byte[] Bytes(string? base64, string where)
    {
        try
        {
            return Convert.FromBase64String(base64 ?? "");
        }
        catch (FormatException failure)
        {
            throw new RunAiDrException(Fault.NeedsOperator, $"{where} is not base64.", "Create the Secret again.", failure);
        }
    }

    private static void Add(Dictionary<string, SecretText> values, IEnumerable<KeyValuePair<string, SecretText>> more)
    {
        foreach (var (name, value) in more)
        {
            values[name] = value;
        }
    }
}
