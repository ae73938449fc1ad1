using System.CommandLine;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Mapping;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Commands;

internal sealed class RehydrateCommand : OperatorCommand
{
    private readonly RestoreOptions _options = new();

    private readonly Option<string?> _dryRun = new("--dry-run")
    {
        Description = "\"server\": let the API server check every write and persist none",
        HelpName = "mode",
    };

    private readonly Option<bool> _yes = new("--yes", "-y")
    {
        Description = "Do not ask whether this is the cluster that is meant",
    };

    private readonly Option<string?> _report = new("--report")
    {
        Description = "File that gets the report as JSON [default: rehydration-<cluster>-<commit>.json]",
        HelpName = "file",
    };

    public RehydrateCommand()
        : base(
            "rehydrate",
            "Rebuild a cluster from a restore point. Safe to repeat: what is done stays done.",
            "runai-dr rehydrate before-upgrade --target-context new-cluster --secrets secrets.yaml",
            "runai-dr rehydrate before-upgrade --dry-run server --yes",
            "runai-dr rehydrate before-upgrade --only project-namespaces,bindings --into-existing")
    {
        _options.AddTo(this);
        _dryRun.AcceptOnlyFromAmong("server");
        Options.Add(_dryRun);
        Options.Add(_yes);
        Options.Add(_report);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(_options.Target.Aim(invocation));
        var reference = invocation.Get(_options.RestorePoint) ?? "";
        var saved = session.Store.Open(session.Name, reference);
        var signature = session.CheckSignature(reference, saved.Id).Enforce(invocation.Process);
        var tree = MappedStateTree.Of(saved, _options.Target.Mapping(invocation));
        var secrets = (await _options.Secrets(invocation).ReadAsync(session, saved, ct)).Told(invocation.Process);
        var plan = await PlanAsync(invocation, session, tree, secrets, ct);
        if (plan.Obstacle is { } obstacle)
        {
            throw Blocked(plan, obstacle);
        }

        if (!plan.Options.DryRun && !invocation.Get(_yes))
        {
            Confirmation.Ask(_options.Target.Aim(invocation), plan, session.Server);
        }

        var report = await new Restoration(session, invocation.Process).RunAsync(tree, plan, ct) with
        {
            Signature = signature.Verdict,
            SecretsAuthenticated = secrets.Authenticated,
        };
        invocation.Printer.Result(invocation.Format, report.Lines(), report.Document);
        if (!plan.Options.DryRun)
        {
            var path = invocation.Get(_report) ?? $"rehydration-{session.Name}-{plan.Id.Abbreviated}.json";
            await WriteAsync(invocation, invocation.PathOf(path), report);
        }

        return report.ExitCode;
    }

    // How the restore ended counts for more than where its report could not be written.
    private static async Task WriteAsync(Invocation invocation, string path, RestoreReport report)
    {
        try
        {
            await ReportFile.WriteAsync(path, report.Document());
        }
        catch (RunAiDrException failure)
        {
            invocation.Printer.Failure(failure);
        }
    }

    /// <summary>Plans, and asks a person for secret values that are missing.</summary>
    private async Task<RehydrationPlan> PlanAsync(
        Invocation invocation, Session session, IStateTree tree, SuppliedSecrets supplied, CancellationToken ct)
    {
        var options = _options.Read(invocation) with
        {
            DryRun = invocation.Get(_dryRun) is not null,
            Secrets = supplied.Values,
        };
        var plan = await session.PlanAsync(tree, options, _options.AllowsConnected(invocation), ct);
        if (plan.MissingSecrets.Count == 0 || options.WithoutSecrets || invocation.Process.Ask is not { } ask)
        {
            return plan;
        }

        var secrets = new Dictionary<string, SecretText>(options.Secrets, StringComparer.Ordinal);
        foreach (var name in plan.MissingSecrets)
        {
            if (ask($"{name}: ", true) is { Length: > 0 } value)
            {
                secrets[name] = new SecretText(value);
            }
        }

        return await session.PlanAsync(tree, options with { Secrets = secrets }, _options.AllowsConnected(invocation), ct);
    }

    private static RunAiDrException Blocked(RehydrationPlan plan, Fault obstacle) => new(
        obstacle,
        string.Join('\n', plan.Checks
            .Where(check => check.Result == CheckResult.Blocked)
            .SelectMany(check => check.Items.Select(item => $"  {item}").Prepend($"{check.Subject}: {check.Finding}. {check.Remedy}"))),
        "Nothing was written. `runai-dr plan` shows every check.");
}
