using RunAiDr.Core.Secrets;

namespace RunAiDr.Core.Rehydration;

/// <summary>What the operator decided before a rehydration.</summary>
public sealed record RehydrationOptions
{
    /// <summary>Existing and different resources are changed, and fields taken over from other field managers.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Resources whose secret values are not supplied are left out; without it they block the plan.</summary>
    public bool WithoutSecrets { get; init; }

    /// <summary>The server checks every write and persists none.</summary>
    public bool DryRun { get; init; }

    /// <summary>Plain text by placeholder name.</summary>
    public IReadOnlyDictionary<string, SecretText> Secrets { get; init; } =
        new Dictionary<string, SecretText>(StringComparer.Ordinal);

    /// <summary>Requests under way at the same time.</summary>
    public int Parallelism { get; init; } = 16;

    /// <summary>How long to wait for a CRD to be established or for a deletion to end.</summary>
    public TimeSpan WaitLimit { get; init; } = TimeSpan.FromMinutes(2);
}
