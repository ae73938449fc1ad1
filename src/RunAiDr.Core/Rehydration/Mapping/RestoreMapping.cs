using RunAiDr.Core.Secrets;

namespace RunAiDr.Core.Rehydration.Mapping;

/// <summary>What has another name on the target: namespaces and storage classes, saved name → name there.</summary>
public sealed record RestoreMapping(
    IReadOnlyDictionary<string, string> Namespaces, IReadOnlyDictionary<string, string> StorageClasses)
{
    public static RestoreMapping None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>());

    public bool IsEmpty => Namespaces.Count == 0 && StorageClasses.Count == 0;

    /// <summary>The values under the names that their placeholders have on the target too: these begin with the namespace.</summary>
    public IReadOnlyDictionary<string, SecretText> Named(IReadOnlyDictionary<string, SecretText> secrets)
    {
        var named = new Dictionary<string, SecretText>(StringComparer.Ordinal);
        foreach (var (name, value) in secrets.Where(secret => PlaceholderName(secret.Key) != secret.Key))
        {
            named[PlaceholderName(name)] = value;
        }

        foreach (var (name, value) in secrets)
        {
            named.TryAdd(name, value);
        }

        return named;
    }

    internal string PlaceholderName(string saved) =>
        saved.Split('/', 3) is ["namespaces", var ns, var rest] && Namespaces.TryGetValue(ns, out var mapped) ? $"namespaces/{mapped}/{rest}" : saved;

    public string Namespace(string saved) => Namespaces.GetValueOrDefault(saved, saved);

    internal string StorageClass(string saved) => StorageClasses.GetValueOrDefault(saved, saved);
}
