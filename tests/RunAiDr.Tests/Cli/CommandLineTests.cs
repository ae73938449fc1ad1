using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Cli;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    private Processes Program => field ??= Processes.At(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("init")]
    [InlineData("export")]
    [InlineData("sync")]
    [InlineData("checkpoint")]
    [InlineData("status")]
    [InlineData("prune")]
    [InlineData("drift")]
    [InlineData("coverage")]
    [InlineData("history")]
    [InlineData("report")]
    [InlineData("blame")]
    [InlineData("diff")]
    [InlineData("checkpoints")]
    [InlineData("plan")]
    [InlineData("rehydrate")]
    [InlineData("verify")]
    [InlineData("rehearse")]
    [InlineData("rekey")]
    [InlineData("demo")]
    [InlineData("completion")]
    [InlineData("help")]
    public async Task The_help_reads_like_this(string command)
    {
        string[] arguments = command.Length == 0 ? ["--help"] : [command, "--help"];

        var ended = (await Program.RunAsync(arguments)).Expect(0);

        // The usage line names the program that was started, which is the test runner here.
        var help = ended.Output.Replace(RootCommand.ExecutableName, "runai-dr", StringComparison.Ordinal);
        Verified.Text(help.ReplaceLineEndings("\n"), command.Length == 0 ? "root" : command);
    }

    [Fact]
    public async Task Every_command_has_examples_that_parse()
    {
        foreach (var command in new CommandLine(Program.Context).Root().Subcommands.Select(command => command.Name))
        {
            var help = (await Program.RunAsync(command, "--help")).Output;
            var examples = help[help.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n')
                .Select(line => line.Trim()).Where(line => line.StartsWith("runai-dr ", StringComparison.Ordinal)).ToList();

            Assert.NotEmpty(examples);
            Assert.All(examples, example =>
                Assert.Empty(new CommandLine(Program.Context).Root().Parse(example["runai-dr ".Length..]).Errors));
        }
    }

    [Fact]
    public async Task The_version_carries_the_commit()
    {
        // As a process of its own: in this one the version would be that of the test runner.
        var ended = await EndToEndPrograms.RunAsync(
            AppContext.BaseDirectory, new Dictionary<string, string>(StringComparer.Ordinal), "dotnet", "runai-dr.dll", "--version");

        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+\\+[0-9a-f]{40}$", ended.Expect(0).Output.Trim());
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("export --frobnicate")]
    [InlineData("plan")]
    [InlineData("plan a b")]
    [InlineData("export --output xml")]
    [InlineData("export --output 1")]
    [InlineData("export --output csv")]
    [InlineData("status --output markdown")]
    [InlineData("rehydrate p --dry-run client")]
    [InlineData("init")]
    [InlineData("export")]
    [InlineData("sync")]
    [InlineData("init --cluster UPPER")]
    [InlineData("verify p --config nothing.yaml")]
    public async Task What_is_typed_wrongly_ends_with_exit_code_2_and_a_reason(string arguments)
    {
        var ended = (await Program.RunAsync(arguments.Split(' '))).Expect(2);

        Assert.NotEqual("", ended.Error.Trim());
    }

    [Theory]
    [InlineData(Fault.Configuration, 2)]
    [InlineData(Fault.NeedsOperator, 4)]
    [InlineData(Fault.ClusterUnreachable, 5)]
    [InlineData(Fault.ClusterRefused, 6)]
    [InlineData(Fault.Repository, 7)]
    [InlineData(Fault.RestorePoint, 8)]
    [InlineData(Fault.Remote, 10)]
    [InlineData(Fault.Snapshot, 11)]
    public void Each_fault_has_its_exit_code(object fault, int code) =>
        Assert.Equal(code, ExitCode.For(new RunAiDrException((Fault)fault, "what", "remedy")));

    [Fact]
    public void No_fault_is_taken_for_a_defect() => Assert.DoesNotContain(
        ExitCode.Bug, Enum.GetValues<Fault>().Select(fault => ExitCode.For(new RunAiDrException(fault, "what", "remedy"))));

    [Fact]
    public void Everything_else_is_a_defect_or_an_interruption()
    {
        Assert.Equal(1, ExitCode.For(new InvalidOperationException()));
        Assert.Equal(130, ExitCode.For(new TaskCanceledException()));
    }

    [Fact]
    public async Task An_existing_configuration_is_not_overwritten()
    {
        (await Program.RunAsync("init", "--cluster", "prod")).Expect(0);
        var before = await File.ReadAllTextAsync(_folder.File("runai-dr.yaml"));

        (await Program.RunAsync("init", "--cluster", "other")).Expect(2);

        Assert.Equal(before, await File.ReadAllTextAsync(_folder.File("runai-dr.yaml")));
    }

    [Fact]
    public async Task Results_have_these_fields()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        var text = new StringBuilder();
        await Add(cluster, "export", "--tag", "p");
        await Add(fresh, "plan", "p", "--without-secrets");
        await Add(fresh, "rehydrate", "p", "--without-secrets");
        await Add(fresh, "verify", "p");
        await Add(fresh, "drift", "p");

        Verified.Text(text.ToString());

        async Task Add(EndToEndCluster of, params string[] arguments)
        {
            var json = await workspace.AskAsync(of, arguments);
            text.Append(arguments[0]).Append('\n');
            foreach (var field in Fields(json, "").Distinct(StringComparer.Ordinal))
            {
                text.Append("  ").Append(field).Append('\n');
            }
        }
    }

    [Fact]
    public async Task YAML_and_JSON_say_the_same()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        await cluster.KubectlAsync("label", "namespace", "runai-vision", "more=labels");

        var json = (await workspace.DoAsync(cluster, "drift", "-o", "json")).Output;
        var yaml = (await workspace.DoAsync(cluster, "drift", "-o", "yaml")).Output;

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(json), YamlReader.Read(Encoding.UTF8.GetBytes(yaml), "output", Fault.Configuration)));
        Assert.Single(JsonNode.Parse(json)!["differences"]!.AsArray());
    }

    /// <summary>The paths of all fields with the kinds of their values, lists as one entry.</summary>
    private static IEnumerable<string> Fields(JsonNode? node, string path) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Fields(field.Value, $"{path}.{field.Key}".TrimStart('.'))),
        JsonArray { Count: 0 } => [$"{path}[]"],
        JsonArray items => items.SelectMany(item => Fields(item, $"{path}[]")),
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => [$"{path}: Boolean"],
        _ => [$"{path}: {node?.GetValueKind().ToString() ?? "Null"}"],
    };
}
