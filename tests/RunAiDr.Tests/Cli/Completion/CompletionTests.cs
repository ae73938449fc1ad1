using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Completion;

/// <summary>What a person at a shell gets by the tabulator key, in the real shells.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Shells => ["bash", "zsh", "fish"];

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Commands_are_completed(string shell) =>
        Assert.Equal(["plan"], await CompleteAsync(shell, "pl"));

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Options_and_their_values_are_completed(string shell)
    {
        Assert.Equal(["--allow-deletions"], await CompleteAsync(shell, "export --allow"));
        Assert.Equal(["json", "text", "yaml"], await CompleteAsync(shell, "export --output "));
        Assert.Equal(["markdown"], await CompleteAsync(shell, "drift --output m"));
        Assert.Equal(["exit-codes", "export"], await CompleteAsync(shell, "help ex"));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Checkpoints_and_clusters_are_those_of_the_configuration(string shell)
    {
        await SetUpAsync("first", "before-upgrade");

        Assert.Equal(["before-upgrade"], await CompleteAsync(shell, "plan bef"));
        Assert.Equal(["first"], await CompleteAsync(shell, "drift fi"));
        Assert.Equal(["production"], await CompleteAsync(shell, "status --cluster "));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_name_from_the_repository_is_never_run(string shell)
    {
        await SetUpAsync("evil-$(touch${IFS}owned)", "evil-`touch${IFS}owned`");

        await CompleteAsync(shell, "plan ev");

        Assert.False(File.Exists(_folder.File("owned")));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_wrong_configuration_is_no_word(string shell)
    {
        await File.WriteAllTextAsync(_folder.File("runai-dr.yaml"), "nonsense: 1\n");

        Assert.Empty(await CompleteAsync(shell, "plan nothing-like-it"));
    }

    private async Task SetUpAsync(params string[] tags)
    {
        (await Processes.At(_folder.Path).RunAsync("init", "--cluster", "production")).Expect(0);
        var git = new GitProgram(_folder.File("dr.git"));
        foreach (var tag in tags)
        {
            git.Run("tag", "--annotate", "--message", "x", $"dr/production/{tag}", "main");
        }
    }

    /// <summary>What the shell would offer after this text.</summary>
    private async Task<IEnumerable<string>> CompleteAsync(string shell, string text)
    {
        var program = _folder.File("runai-dr");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "runai-dr.dll")}' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(_folder.File("script"), (await Processes.At(_folder.Path).RunAsync("completion", shell)).Expect(0).Output);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
            ["HOME"] = _folder.Path,
            ["LINE"] = $"runai-dr {text}",
        };
        var ended = await EndToEndPrograms.RunAsync(_folder.Path, environment, shell, shell == "zsh" ? ["-f", "-c", Asks[shell]] : ["-c", Asks[shell]]);
        Assert.True(ended.Error.Length == 0, ended.Error);
        return ended.Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
    }

    // What each shell sets before it calls the function of the script.
    private static readonly Dictionary<string, string> Asks = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            source ./script
            COMP_LINE=$LINE COMP_POINT=${#LINE}
            read -ra COMP_WORDS <<< "$LINE"
            [[ $LINE == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _runai_dr
            printf '%s\n' "${COMPREPLY[@]}"
            """,
        ["zsh"] = """
            compdef() { :; }
            _files() { :; }
            compadd() { local name; for name in "${(@P)2}"; do [[ $name == "${words[CURRENT]}"* ]] && print -r -- "$name"; done; return 0 }
            source ./script
            words=("${(@s: :)LINE}")
            CURRENT=$#words
            _runai_dr
            """,
        ["fish"] = """
            source ./script
            complete --do-complete "$LINE" | string match --invert --regex '^$'; or true
            """,
    };
}
