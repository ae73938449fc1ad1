using System.Diagnostics;
using RunAiDr.Git.Signing;

namespace RunAiDr.Tests.Git.Signing;

public sealed class SigningProgramTests
{
    [Fact]
    public void It_gets_what_it_needs_of_our_environment_and_nothing_else()
    {
        var start = new ProcessStartInfo("env");
        start.Environment["RUNAI_DR_REMOTE_PASSWORD"] = "canary";
        start.Environment["GIT_SSH_COMMAND"] = "/elsewhere/ssh";
        start.Environment["SSH_AUTH_SOCK"] = "/agent";

        var given = SigningProgram.Run(start, default).Output.Split('\n');

        Assert.DoesNotContain(given, line => line.Contains("canary", StringComparison.Ordinal) || line.StartsWith("GIT_SSH", StringComparison.Ordinal));
        Assert.Contains("SSH_AUTH_SOCK=/agent", given);
        Assert.Contains("LC_ALL=C", given);
        Assert.Contains(given, line => line.StartsWith("PATH=", StringComparison.Ordinal));
    }
}
