using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Fuzzing;

public sealed class YamlReaderFuzzing
{
    [Fact]
    public Task Any_bytes_are_yaml_or_refused()
    {
        var tree = SampleRestorePoint.Tree();
        byte[][] samples =
        [
            .. tree.Files.Where((_, i) => i % 7 == 0).Select(file => tree.Read(file.Path) ?? []),
            Encoding.UTF8.GetBytes("a: [1, {b: \"c\\n\"}]\nd: |2-\n    e\n  f\n? 'g'\n: >+\n  h\n\ni:\n- j # k\n- - l: ~\n"),
        ];
        return Fuzzer.RunAsync("yaml", samples, input => YamlReader.Read(input, "f.yaml", Fault.RestorePoint));
    }
}
