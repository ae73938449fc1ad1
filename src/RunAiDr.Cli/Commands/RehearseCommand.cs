using System.CommandLine;
using RunAiDr.Cli.Rehearsing;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Commands;

internal sealed class RehearseCommand : OperatorCommand
{
    private readonly Argument<string> _reference = new("ref")
    {
        Description = "Tag, checkpoint name, commit, unique prefix of one, or branch",
    };

    private readonly Option<string?> _secrets = new("--secrets")
    {
        Description = "YAML file of placeholder name to secret value, or folder of files with these names; values that are missing are made up",
        HelpName = "path",
    };

    private readonly Option<string[]> _identity = RestoreOptions.Identity();

    private readonly Option<bool> _requireSignature = RequireSignature.Option();

    private readonly Option<bool> _strict = new("--strict")
    {
        Description = "Exit code 4 when phases had to be left out",
    };

    private readonly Option<string?> _report = new("--report")
    {
        Description = "File that gets the result as JSON",
        HelpName = "file",
    };

    public RehearseCommand()
        : base(
            "rehearse",
            "Prove that a restore point can be restored: rehydrate it into a throw-away control plane and verify it.",
            "runai-dr rehearse before-upgrade",
            "runai-dr rehearse before-upgrade --strict --report rehearsal.json",
            "runai-dr rehearse before-upgrade --secrets secrets.yaml --output json")
    {
        Arguments.Add(_reference);
        Options.Add(_secrets);
        Options.Add(_identity);
        Options.Add(_requireSignature);
        Options.Add(_strict);
        Options.Add(_report);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var config = Session.ReadConfig(invocation with { RequiresSignature = invocation.Get(_requireSignature) });
        var chosen = Session.ChosenOf(invocation, config);
        var secrets = RestoreOptions.SecretsOf(invocation, _secrets, _identity);
        var done = await new Rehearsal(config, chosen, invocation).RunAsync(invocation.Get(_reference) ?? "", secrets, ct);
        if (done.ExitCode != ExitCode.Cancelled)
        {
            Keep(invocation, done, config.Repository);
        }

        done = done with { Strict = invocation.Get(_strict) };
        invocation.Printer.Result(invocation.Format, done.Lines(), done.Document);
        if (PathOf(invocation, _report) is { } path)
        {
            await ReportFile.WriteAsync(path, done.Document());
        }

        return done.ExitCode;
    }

    // A repository that may only be read is no reason to rehearse nothing.
    private static void Keep(Invocation invocation, RehearsalResult done, string repository)
    {
        try
        {
            RehearsalRecord.Of(done).Write(repository, done.Cluster);
        }
        catch (RunAiDrException fault)
        {
            invocation.Process.Error.WriteLine(Visible.Text($"`runai-dr status` will not know of this rehearsal: {fault.Message}"));
        }
    }

    private static string? PathOf(Invocation invocation, Option<string?> option) =>
        invocation.Get(option) is { } path ? invocation.PathOf(path) : null;
}
