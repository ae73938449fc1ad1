namespace RunAiDr.Tests.Support;

/// <summary>A folder of its own for one test, gone with it.</summary>
public sealed class TestDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("runai-dr-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Lets other users reach what is below a folder: the server of a database is one where the tests run as root.</summary>
    public static void LetPass(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(folder, System.IO.File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
