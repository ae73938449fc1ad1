using RunAiDr.Core.Secrets;

namespace RunAiDr.Tests.Core.Secrets;

public class ChildEnvironmentTests
{
    [Fact]
    public void Only_what_a_program_needs_is_kept()
    {
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = "/bin",
            ["XDG_RUNTIME_DIR"] = "/run",
            ["SSH_AUTH_SOCK"] = "/agent",
            ["HELM_CACHE_HOME"] = "/cache",
            ["RUNAI_DR_REMOTE_TOKENFILE"] = "x",
            ["AWS_SECRET_ACCESS_KEY"] = "canary",
            ["GITHUB_TOKEN"] = "canary",
            ["PGPASSWORD"] = "canary",
            ["PATHS"] = "x",
        };

        ChildEnvironment.Reduce(environment, ["SSH_AUTH_SOCK", "HELM_*"]);

        Assert.Equal(["HELM_CACHE_HOME", "PATH", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR"], environment.Keys.Order(StringComparer.Ordinal));
    }
}
