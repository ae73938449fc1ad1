using System.Diagnostics;
using System.Text;

namespace RunAiDr.Tests.Support;

/// <summary>Looks for the markers that every secret value of the sample installation holds.</summary>
internal static class EndToEndCanaries
{
    // "CANARY-" in base64 at the three possible alignments, and the same once more encoded.
    private static readonly string[] Encoded = ["Q0FOQVJZL", "NBTkFSWS", "DQU5BUlkt", "UTBGT1FWSlpM", "TkJUa0FSV1", "RFFVNUJVbGt0"];

    private static readonly string[] Plain =
        [.. File.ReadAllLines(Path.Combine(EndToEndCluster.Data, "canaries.txt")), PostgresServer.Password];

    public static void AssertNoneIn(string text, string where) =>
        Assert.True(Found(text) is null, $"{where} holds a secret: {Found(text)}");

    /// <summary>Every object of the repository, those that nothing refers to included.</summary>
    public static void AssertNoneIn(EndToEndWorkspace workspace) => AssertNoneInRepository(workspace.Repository);

    /// <summary>Every object of a repository, those that nothing refers to included.</summary>
    public static void AssertNoneInRepository(string folder)
    {
        var (code, objects) = ObjectsOf(folder);
        Assert.Equal(0, code);
        Assert.True(objects.Length > 100_000, "the repository holds the export");
        AssertNoneIn(objects, "an object of the repository");
    }

    /// <summary>
    /// What every test ends with: no file below a folder and no object of a repository in it holds a secret, and no program
    /// that runs meanwhile was started with one.
    /// </summary>
    /// <param name="folder">The folder; repositories may be damaged.</param>
    /// <param name="except">The operator's own files.</param>
    public static void AssertNoneLeft(string folder, IReadOnlyCollection<string> except)
    {
        AssertNoneBelow(folder, [.. except]);
        foreach (var repository in Directory.EnumerateDirectories(folder, "*.git", SearchOption.AllDirectories))
        {
            AssertNoneIn(ObjectsOf(repository).Objects, $"an object of {repository}");
        }

        CommandLineWatch.AssertNoSecret();
    }

    private static (int Code, string Objects) ObjectsOf(string folder)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["cat-file", "--batch-all-objects", "--batch", "--unordered"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        git.ErrorDataReceived += (_, _) => { };
        git.BeginErrorReadLine();
        using var objects = new MemoryStream();
        git.StandardOutput.BaseStream.CopyTo(objects);
        git.WaitForExit();
        return (git.ExitCode, Encoding.Latin1.GetString(objects.ToArray()));
    }

    /// <summary>Every file below a folder but those named.</summary>
    public static void AssertNoneBelow(string folder, params string[] except)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Except(except))
        {
            AssertNoneIn(Encoding.Latin1.GetString(File.ReadAllBytes(file)), file);
        }
    }

    public static string? Found(string text) => Encoded.Concat(Plain)
        .FirstOrDefault(canary => text.Contains(canary, StringComparison.Ordinal));
}
