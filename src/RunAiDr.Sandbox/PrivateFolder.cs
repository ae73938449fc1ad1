namespace RunAiDr.Sandbox;

/// <summary>A new folder below the temporary one, for this user only, gone with its owner.</summary>
public sealed class PrivateFolder(string prefix) : IDisposable
{
    /// <summary>Where it is.</summary>
    public string FullName { get; } = Directory.CreateTempSubdirectory(prefix).FullName;

    /// <summary>Path of a file in it.</summary>
    public string PathOf(string name) => Path.Combine(FullName, name);

    /// <summary>Writes a new file that only this user can read, and gives its path.</summary>
    public async Task<string> WriteAsync(string name, string text, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new StreamWriter(PathOf(name), options);
        await file.WriteAsync(text.AsMemory(), ct);
        return PathOf(name);
    }

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
