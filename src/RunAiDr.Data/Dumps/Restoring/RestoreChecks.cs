using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Age;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>What a restore needs besides the server: the dump, the programs, the key.</summary>
internal sealed class RestoreChecks(PgDumpSnapshots dumps, DumpOptions options)
{
    private const string KeySubject = "decryption key";

    private readonly List<PlanCheck> _checks = [];

    public IReadOnlyList<PlanCheck> Checks => _checks;

    public PlanCheck? Obstacle => _checks.Find(check => check.Result == CheckResult.Blocked);

    /// <summary>Null when they are missing or too old.</summary>
    public DumpTools? Tools { get; private set; }

    /// <summary>Null when the dumps are not encrypted, or cannot be read.</summary>
    public AgeIdentity? Identity { get; private set; }

    /// <exception cref="Core.RunAiDrException">The storage cannot be reached.</exception>
    public async Task RunAsync(SnapshotReference reference, CancellationToken ct)
    {
        if (reference is not { Dump: { } dump, Fingerprint: not null })
        {
            Block("dump", "the reference does not name a dump", "Choose a restore point whose database was dumped.");
            return;
        }

        var defect = await dumps.CheckAsync(reference, ct);
        Add("dump", defect is null ? $"{reference.Location}: every file is there and has its size" : null, defect, "Bring the dump back, or choose another restore point.");
        await CheckProgramsAsync(dump, ct);
        if (dump.Recipients.Count == 0)
        {
            _checks.Add(new PlanCheck(
                "passwords of roles", CheckResult.Warning, "are not in the dump, for it is not encrypted", "Give new roles their passwords after the restore."));
        }
        else if (defect is null)
        {
            await CheckKeyAsync(reference, dump, ct);
        }
    }

    private async Task CheckProgramsAsync(DumpSet dump, CancellationToken ct)
    {
        try
        {
            Tools = await DumpTools.FindForAsync(dump.ClientVersion, options.ProgramFolder, ct);
            Add("pg_restore", $"{Tools.Restore} of version {Tools.Version}", null, "");
        }
        catch (Core.RunAiDrException fault)
        {
            Block("pg_restore", fault.Message.TrimEnd('.'), fault.Remedy);
        }
    }

    private async Task CheckKeyAsync(SnapshotReference reference, DumpSet dump, CancellationToken ct)
    {
        if (Programs.OnPath("age") is not { } program)
        {
            Block("age", "is not on the PATH, and the dump is encrypted", "Install age.");
            return;
        }

        if (options.IdentityFile is not { } file)
        {
            Block(KeySubject, "the dump is encrypted, and no file with a private key is named", $"Name the file of the private key of {string.Join(" or ", dump.Recipients)}.");
            return;
        }

        var identity = new AgeIdentity([file], program);
        if (identity.Unreadable(KeySubject) is { } unreadable)
        {
            _checks.Add(unreadable);
            return;
        }

        await using var head = await dumps.OpenAsync(reference, dump.Files[0].Name, ct);
        var refusal = await identity.RefusalAsync(head, ct);
        Add(KeySubject, refusal is null ? $"{file} opens {dump.Files[0].Name}" : null, $"{file} does not open {dump.Files[0].Name}: {refusal}", $"Name the file of the private key of {string.Join(" or ", dump.Recipients)}.");
        Identity = refusal is null ? identity : null;
    }

    private void Add(string subject, string? fine, string? defect, string remedy) =>
        _checks.Add(fine is null ? new PlanCheck(subject, CheckResult.Blocked, defect ?? "", remedy) : new PlanCheck(subject, CheckResult.Ok, fine));

    private void Block(string subject, string finding, string remedy) =>
        _checks.Add(new PlanCheck(subject, CheckResult.Blocked, finding, remedy));
}
