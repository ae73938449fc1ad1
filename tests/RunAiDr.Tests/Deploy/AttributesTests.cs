using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>What the seed of a DR repository makes of git, in a clone of a reviewer.</summary>
public sealed class AttributesTests : IDisposable
{
    private const string Binding = "clusters/prod/namespaces/runai-vision/rolebindings/researcher.yaml";
    private const string Template = "clusters/prod/templates/job.yaml";
    private const string Sealed = "clusters/prod/secrets/values/runai-backend.age";

    private readonly TestDirectory _folder = new();
    private readonly GitProgram _git;

    public AttributesTests()
    {
        _git = new GitProgram(_folder.Path);
        _git.Run("init", "--quiet", "--initial-branch", "main");
        File.Copy(Path.Combine(RepositoryFiles.Root, "templates", "repository", ".gitattributes"), _folder.File(".gitattributes"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_command_of_the_README_makes_hunks_name_what_they_are_in()
    {
        var command = RepositoryFiles.Read("templates/repository/README.md").Split('\n').Single(line => line.Contains("xfuncname", StringComparison.Ordinal)).Trim();
        (await EndToEndPrograms.RunAsync(_folder.Path, new Dictionary<string, string>(StringComparer.Ordinal), "sh", "-c", command)).Expect(0);
        var users = string.Concat(Enumerable.Range(0, 12).Select(i => $"- apiGroup: rbac.authorization.k8s.io\n  kind: User\n  weight: {i}\n"));
        Write(Binding, $"apiVersion: v1\nkind: RoleBinding\nmetadata:\n  name: researcher\nsubjects:\n{users}");
        Write(Template, $"apiVersion: v1\ndata:\n  first: |-\n    a\n  script.sh: |\n{string.Concat(Enumerable.Range(0, 12).Select(i => $"    line {i}\n"))}kind: ConfigMap\n");
        Commit();
        Write(Binding, $"apiVersion: v1\nkind: RoleBinding\nmetadata:\n  name: researcher\nsubjects:\n{users.Replace("11", "x", StringComparison.Ordinal)}");
        Write(Template, (await File.ReadAllTextAsync(_folder.File(Template))).Replace("line 7", "line seven", StringComparison.Ordinal));

        var heads = _git.Lines("diff").Where(line => line.StartsWith("@@", StringComparison.Ordinal)).Select(line => line[(line.LastIndexOf("@@", StringComparison.Ordinal) + 2)..].Trim());

        Assert.Equal(["name: researcher", "script.sh: |"], heads);
    }

    [Fact]
    public void Bytes_of_the_export_stay_whatever_a_clone_is_set_to()
    {
        const string Text = "kind: ConfigMap\ndata:\n  k: \"a\"\r\n";
        _git.Run("config", "core.autocrlf", "true");
        Write(Template, Text);
        Commit();
        File.Delete(_folder.File(Template));
        _git.Run("checkout", "--quiet", "--", Template);

        Assert.Equal(Text, File.ReadAllText(_folder.File(Template)));
        Assert.Equal(Text, _git.Run("cat-file", "blob", $"HEAD:{Template}"));
    }

    [Fact]
    public void Encrypted_files_are_neither_shown_nor_merged_and_count_as_generated()
    {
        Write(Sealed, "age-encryption.org/v1\none\n");
        Commit();
        Write(Sealed, "age-encryption.org/v1\ntwo\n");

        Assert.Contains("Binary files", _git.Run("diff"), StringComparison.Ordinal);
        var attributes = _git.Lines("check-attr", "merge", "linguist-generated", "--", Sealed);
        Assert.Equal([$"{Sealed}: merge: unset", $"{Sealed}: linguist-generated: set"], attributes);
        Assert.All(
            (string[])["clusters/prod/secrets/values/x.macs.yaml", "clusters/prod/secrets/values/x.seal"],
            path => Assert.Equal([$"{path}: linguist-generated: set"], _git.Lines("check-attr", "linguist-generated", "--", path)));
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        File.WriteAllText(_folder.File(path), text);
    }

    private void Commit()
    {
        _git.Run("add", "--all");
        _git.Run("commit", "--quiet", "--message", "Export");
    }
}
