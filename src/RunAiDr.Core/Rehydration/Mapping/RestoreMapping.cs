namespace RunAiDr.Core.Rehydration.Mapping;

/// <summary>What has another name on the target: namespaces and storage classes, saved name → name there.</summary>
public sealed record RestoreMapping(
    IReadOnlyDictionary<string, string> Namespaces, IReadOnlyDictionary<string, string> StorageClasses)
{
    public static RestoreMapping None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>());

    public bool IsEmpty => Namespaces.Count == 0 && StorageClasses.Count == 0;

    internal string Namespace(string saved) => Namespaces.GetValueOrDefault(saved, saved);

    internal string StorageClass(string saved) => StorageClasses.GetValueOrDefault(saved, saved);
}
