using RunAiDr.Cli.Output;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Output;

public sealed class HelpTopicTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Topics => [.. HelpTopic.All.Select(topic => topic.Name)];

    [Theory]
    [MemberData(nameof(Topics))]
    public async Task Each_topic_is_plain_text_that_fits_a_terminal(string topic)
    {
        var text = (await Processes.At(_folder.Path).RunAsync("help", topic)).Expect(0).Output;

        Assert.True(text.Split('\n').Length > 5, text);
        Assert.All((string[])["|", "`", "**", "](", "\n\n\n"], mark => Assert.DoesNotContain(mark, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_names_every_topic_and_every_command()
    {
        var text = (await Processes.At(_folder.Path).RunAsync("help")).Expect(0).Output;

        Assert.All(HelpTopic.All, topic => Assert.Contains($"  {topic.Name} ", text, StringComparison.Ordinal));
        Assert.Contains("  rehydrate ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_exit_codes_are_the_table_of_the_README() =>
        Assert.Contains("  12  a recovery point is older than its objective (status)\n  130 interrupted\n", (await Processes.At(_folder.Path).RunAsync("help", "exit-codes")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task The_help_of_a_command_is_its_own()
    {
        var program = Processes.At(_folder.Path);

        Assert.Equal((await program.RunAsync("plan", "--help")).Output, (await program.RunAsync("help", "plan")).Output);
    }

    [Fact]
    public async Task Anything_else_is_a_mistake() => (await Processes.At(_folder.Path).RunAsync("help", "nothing")).Expect(2);

    [Fact]
    public void Examples_stay_as_they_are_and_tables_become_entries() => Assert.Equal(
        ["see here", "    a | b", "", "  a.key", "      text; more [default]", "  3   x"],
        PlainText.Of(["see [`here`](x.md)", "```sh", "a | b", "```", "", "| k | m | d |", "|---|---|---|", "| `a.key` | text; more | default |", "| 3 | x | |"]));
}
