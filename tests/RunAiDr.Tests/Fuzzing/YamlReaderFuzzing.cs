using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Fuzzing;

public sealed class YamlReaderFuzzing
{
    private const int Largest = 4 * 1024 * 1024;

    [Fact]
    public Task Any_bytes_are_yaml_or_refused()
    {
        var tree = SampleRestorePoint.Tree();
        byte[][] samples =
        [
            .. tree.Files.Where((_, i) => i % 7 == 0).Select(file => tree.Read(file.Path) ?? []),
            Encoding.UTF8.GetBytes("a: [1, {b: \"c\\n\"}]\nd: |2-\n    e\n  f\n? 'g'\n: >+\n  h\n\ni:\n- j # k\n- - l: ~\n"),
        ];
        return Fuzzer.RunAsync("yaml", samples, Read);
    }

    [Fact]
    public Task One_word_again_and_again_is_read_or_refused_in_bounds()
    {
        string[] words =
        [
            "[", "{", "- ", "? ", ": ", "a: ", "[a,", "{a: ", "\"", "'", "|\n", ">\n ", "\n", "\t", "#", "&a ", "*a ", "!a ", "%a\n", "---\n", "...\n",
            "-\n ", "a:\n", "\\", "9", "- - ", "a ", "a\n", "- a\n", ",", "]", "{}", "[],", "\u00e4", "\U0001F600",
        ];
        return Fuzzer.RunAsync(
            "yaml-repeated", [.. words.Select(word => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(word, Largest / Encoding.UTF8.GetByteCount(word)))))], Read);
    }

    [Fact]
    public void The_places_of_many_values_below_long_keys_take_no_more_memory_than_they_do()
    {
        var path = string.Concat(Enumerable.Range(0, 100).Select(level => new string(' ', level) + new string('k', 1000) + ":\n"));
        var yaml = Encoding.UTF8.GetBytes(path + new string(' ', 100) + "[" + string.Concat(Enumerable.Repeat("a,", 500_000)) + "]\n");
        var before = GC.GetAllocatedBytesForCurrentThread();

        Read(yaml);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024L * 1024 * 1024);
    }

    private static void Read(byte[] input)
    {
        var document = YamlReader.ReadDocument(input, "f.yaml", Fault.RestorePoint);
        Assert.InRange(document.Locate("/metadata/name/0").Line, 1, int.MaxValue);
    }
}
