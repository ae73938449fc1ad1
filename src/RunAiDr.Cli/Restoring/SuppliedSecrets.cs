using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Restoring;

/// <summary>The plain values that are at hand for a restore, and what the operator has to know about them.</summary>
/// <param name="Values">Placeholder name → value.</param>
internal sealed record SuppliedSecrets(IReadOnlyDictionary<string, SecretText> Values)
{
    public static readonly SuppliedSecrets None = new(new Dictionary<string, SecretText>(StringComparer.Ordinal));

    /// <summary>Whether an HMAC proves that an export wrote the encrypted ones; null when none was opened.</summary>
    public bool? Authenticated { get; init; }

    /// <summary>Why the encrypted ones are not used although that was tried; null when they are.</summary>
    public RunAiDrException? NotOpened { get; init; }

    /// <summary>As rows of the plan; none when all is in order.</summary>
    public IReadOnlyList<PlanCheck> Rows =>
    [
        .. Authenticated == false
            ? [Row("the encrypted values are not authenticated: nothing proves that an export wrote them", "Name the HMAC key of the restore point's time in secrets.hmacKeyFile.")]
            : Array.Empty<PlanCheck>(),
        .. NotOpened is { } fault ? [Row($"the encrypted values are not used: {fault.Message}", fault.Remedy)] : Array.Empty<PlanCheck>(),
    ];

    /// <summary>Tells them where no plan is shown.</summary>
    public SuppliedSecrets Told(ProcessContext process)
    {
        foreach (var row in Rows)
        {
            process.Error.WriteLine(Visible.Text($"Warning: {row.Finding}. {row.Remedy}"));
        }

        return this;
    }

    private static PlanCheck Row(string finding, string remedy) => new("secrets", CheckResult.Warning, finding, remedy);
}
