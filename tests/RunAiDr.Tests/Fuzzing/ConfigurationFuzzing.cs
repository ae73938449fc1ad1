using System.Text;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Fuzzing;

public sealed class ConfigurationFuzzing : IDisposable
{
    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task A_broken_scope_is_read_or_refused() =>
        Fuzzer.RunAsync("scope", [Encoding.UTF8.GetBytes(Scope.RunAiText())], input => Scope.Parse(Encoding.UTF8.GetString(input), "scope.yaml"));

    [Fact]
    public Task A_broken_configuration_is_read_or_refused()
    {
        var path = _folder.File("runai-dr.yaml");
        return Fuzzer.RunAsync(
            "config",
            [
                File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "TestData", "fuzzing", "config", "full.yaml")),
                "cluster: prod\nrepository: dr.git\n"u8.ToArray(),
            ],
            input =>
            {
                File.WriteAllBytes(path, input);
                new ConfigReader(path, new Dictionary<string, string>(StringComparer.Ordinal)).Read();
            });
    }

    [Fact]
    public Task Broken_secret_values_are_read_or_refused() => Fuzzer.RunAsync(
        "secret-values",
        ["values/runai-backend/a.b: \"x\"\nsecrets/runai/c/d: {base64: /w==}\n"u8.ToArray()],
        input => SecretValues.Parse(input, "secrets.yaml", Fault.RestorePoint));
}
