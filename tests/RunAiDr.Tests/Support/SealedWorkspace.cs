namespace RunAiDr.Tests.Support;

/// <summary>A workspace whose exports encrypt secrets.</summary>
internal static class SealedWorkspace
{
    /// <summary>For one recipient; with the file of the identity.</summary>
    public static async Task<(EndToEndWorkspace Workspace, string Identity)> InitAsync()
    {
        var workspace = await EndToEndWorkspace.InitAsync();
        var identity = await new SealingKeys(workspace.Path).MakeAsync("key.txt");
        await File.AppendAllTextAsync(workspace.File("runai-dr.yaml"), SealingKeys.Configuration);
        return (workspace, identity);
    }

    /// <summary>Commits files of the cluster's folder as somebody who may push does.</summary>
    public static void Put(this EndToEndWorkspace workspace, IReadOnlyDictionary<string, byte[]> files) => workspace.Commit((folder, _) =>
    {
        foreach (var (path, content) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }
    });
}
