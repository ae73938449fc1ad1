using System.Text;
using RunAiDr.Core.History;
using RunAiDr.Core.State;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.History;

public sealed class BlameTests
{
    private const string Path = "values/r.yaml";

    [Fact]
    public void A_value_that_came_back_was_set_when_it_came_back() =>
        Assert.Equal(["a=1 @2"], BlameOf("a: 1\n", "a: 2\n", "a: 1\n"));

    [Fact]
    public void Entries_of_a_list_are_known_by_name_or_else_by_content_wherever_they_stand() => Assert.Equal(
        ["hosts[new]=new @1", "hosts[old]=old @0", "env[A].name=A @0", "env[A].value=2 @1"],
        BlameOf("hosts: [old]\nenv:\n- name: A\n  value: 1\n", "hosts: [new, old]\nenv:\n- name: A\n  value: 2\n"));

    [Fact]
    public void Null_and_empty_values_are_set_by_somebody_too() => Assert.Equal(
        ["a=null @1", "b={} @0", "c=[] @1"], BlameOf("b: {}\n", "a: null\nb: {}\nc: []\n"));

    [Fact]
    public void A_file_that_was_gone_was_set_by_its_return() =>
        Assert.Equal(["a=1 @2"], BlameOf("a: 1\n", null, "a: 1\n"));

    [Fact]
    public void A_file_that_could_not_be_read_for_a_while_was_set_by_its_repair() =>
        Assert.Equal(["a=1 @2"], BlameOf("a: 1\n", "a: [\n", "a: 1\n"));

    [Fact]
    public void What_is_gone_or_no_mapping_has_no_fields()
    {
        Assert.Empty(BlameOf("a: 1\n", null));
        Assert.Empty(BlameOf("text\n"));
        Assert.Empty(Blame.Of([]));
    }

    /// <summary>Each field with its value and the number of the version that set it.</summary>
    private static string[] BlameOf(params string?[] versions)
    {
        var read = versions.Select(Read).Prepend(DocumentVersion.None).ToList();
        var steps = versions.Select((_, i) => new DocumentStep(
            new HistoryEntry(new CommitId(new string('a', 40)), DateTimeOffset.UnixEpoch.AddDays(i), $"{i}", [], []), read[i], read[i + 1]));
        return [.. Blame.Of(steps.Reverse()).Select(field => $"{field.Field}={field.Value} @{field.Entry.Subject}")];
    }

    private static DocumentVersion Read(string? content) => content is null
        ? DocumentVersion.None
        : DocumentVersion.Read(new MemoryStateTree().Put(Path, Encoding.UTF8.GetBytes(content)), Path);
}
