using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace RunAiDr.Tests.Git;

public class GitStateStoreProperties
{
    private static readonly string[] Names = ["a", "b", "a.b", "a-b", "A", "é", "名", "x~0123", "%3A", " ", "long" + new string('n', 195)];

    public static Arbitrary<Dictionary<string, string>[]> Exports()
    {
        var folder = Gen.Elements("", "d/", "d/e/", "d.e/", "namespaces/team-a/", "namespaces/team-b/");
        var path = from at in folder from name in Gen.Elements(Names) from number in Gen.Choose(0, 12) select $"{at}{name}{number}";
        var file = from at in path from size in Gen.Choose(0, 40) select (at, new string('x', size * size * size / 20));
        var export = from count in Gen.Frequency((3, Gen.Choose(0, 30)), (1, Gen.Choose(80, 160)))
                     from files in Gen.ListOf(file, count)
                     select files.DistinctBy(f => f.at, StringComparer.Ordinal).ToDictionary(f => f.at, f => f.Item2, StringComparer.Ordinal);
        return Arb.From(from count in Gen.Choose(1, 5) from exports in Gen.ListOf(export, count) select exports.ToArray());
    }

    [Property(MaxTest = 25, Arbitrary = [typeof(GitStateStoreProperties)])]
    public void After_any_exports_the_tree_equals_the_last_one_and_git_finds_it_sound(Dictionary<string, string>[] exports)
    {
        using var repository = new TestRepository();
        using var store = repository.Open();
        foreach (var export in exports)
        {
            using var writer = store.Begin(TestRepository.Cluster);
            foreach (var (path, content) in export)
            {
                writer.Put(path, Encoding.UTF8.GetBytes(content));
            }

            writer.Commit(TestRepository.Text);
            var tree = store.Tip(TestRepository.Cluster);
            Assert.Equal(
                export.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Value)),
                (tree?.Files ?? []).Select(f => (f.Path, Encoding.UTF8.GetString(tree!.Read(f.Path)!))));
        }

        repository.Git.AssertSound();
    }
}
