namespace RunAiDr.Git;

/// <summary>A file in the repository's own folder that only saves time: it may be missing, and need not be writable.</summary>
internal sealed class TimeSaver(string repository, string name)
{
    private const string Folder = "runai-dr";

    private readonly string _file = Path.Combine(repository, Folder, name);

    /// <summary>Null when there is none.</summary>
    public byte[]? Read()
    {
        try
        {
            return File.ReadAllBytes(_file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Replaces it whole; who may only read, or has no space, goes without.</summary>
    public void Write(ReadOnlySpan<byte> content)
    {
        var whole = $"{_file}.{Path.GetRandomFileName()}.new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file) ?? _file);
            File.WriteAllBytes(whole, content);
            File.Move(whole, _file, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Drop(whole);
        }
    }

    private static void Drop(string unfinished)
    {
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What could not be written may not be deletable either.
        }
    }
}
