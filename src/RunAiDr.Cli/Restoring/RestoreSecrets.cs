using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;
using RunAiDr.Data;

namespace RunAiDr.Cli.Restoring;

/// <summary>
/// Where the plain values come from: the encrypted files of the restore point, a Secret of the target, the operator's file.
/// Each one goes over those before it.
/// </summary>
internal sealed record RestoreSecrets(string? File, string? IdentityFile, string? ClusterSecret)
{
    private static readonly ResourceKind Secret = new("", "v1", "Secret", "secrets", true);

    /// <exception cref="RunAiDrException">A source cannot be read.</exception>
    public async Task<IReadOnlyDictionary<string, SecretText>> ReadAsync(Session session, IStateTree tree, CancellationToken ct)
    {
        var values = new Dictionary<string, SecretText>(StringComparer.Ordinal);
        Add(values, IdentityFile is { } identity ? await DecryptedAsync(tree, identity, ct) : []);
        Add(values, ClusterSecret is { } name ? await OfClusterAsync(session, name, ct) : []);
        Add(values, SecretsFile.Read(File));
        return values;
    }

    private static async Task<IEnumerable<KeyValuePair<string, SecretText>>> DecryptedAsync(
        IStateTree tree, string identity, CancellationToken ct)
    {
        var values = new List<KeyValuePair<string, SecretText>>();
        foreach (var file in tree.Files.Where(file => file.IsRegular && IsEncrypted(file.Path)))
        {
            var where = $"{file.Path} of {tree.Id.Abbreviated}";
            values.AddRange(SecretValues.Parse(await AgeFile.DecryptAsync(tree.Read(file.Path) ?? [], identity, where, ct), where, Fault.RestorePoint));
        }

        return values;
    }

    private static bool IsEncrypted(string path) =>
        path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal) && path.EndsWith(".age", StringComparison.Ordinal);

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
