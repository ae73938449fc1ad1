using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Fuzzing;

public sealed class PathFuzzing
{
    /// <summary>Paths of the pieces that real ones are made of, in any order.</summary>
    public static Arbitrary<string> Paths()
    {
        var piece = Gen.Elements(
            "namespaces", "cluster", "templates", "rolebindings", "rolebindings.", "namespace.yaml", ".yaml", "a", "A", "..", ".", "", "%2F", "%2f", "%00",
            "%", "%C3%A9", "\0", "\u202e", "~0123456789abcdef", "secrets", "projects.run.ai", "x.yaml", "/", "//", "\\", ".git");
        return Arb.From(
            from count in Gen.Choose(0, 8)
            from pieces in Gen.ListOf(piece, count)
            from separator in Gen.Elements("/", "")
            select string.Join(separator, pieces));
    }

    [Property(MaxTest = 5000, Arbitrary = [typeof(PathFuzzing)])]
    public void A_path_of_any_pieces_is_that_of_one_resource_or_of_none(string path) => Check(path);

    [Fact]
    public Task A_forged_path_is_that_of_one_resource_or_of_none() => Fuzzer.RunAsync(
        "path", [.. SampleRestorePoint.Tree().Files.Select(file => Encoding.UTF8.GetBytes(file.Path))], input => Check(Encoding.UTF8.GetString(input)));

    private static void Check(string path)
    {
        if (StatePath.TryParse(path, out var parts) && parts.Name is { } name)
        {
            Assert.Equal(path, StatePath.For(new ResourceKey(parts.Group, parts.Plural, parts.Namespace, name)));
            Assert.DoesNotContain("..", path.Split('/'));
            Assert.True(Ascii.IsValid(path));
        }

        Assert.Equal(path, PathSegment.Decode(path) is { } decoded ? PathSegment.Encode(decoded) : path);
    }
}
