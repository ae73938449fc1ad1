using System.Text;

namespace RunAiDr.Cli;

/// <summary>The files of <c>templates/</c> that <c>init</c> writes, carried inside the program.</summary>
internal static class Templates
{
    private const string Root = "templates/";

    /// <summary>Every template below a folder, by its path in that folder.</summary>
    public static IReadOnlyDictionary<string, byte[]> Folder(string folder) =>
        typeof(Templates).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith($"{Root}{folder}/", StringComparison.Ordinal))
            .ToDictionary(name => name[(Root.Length + folder.Length + 1)..], name => Read(name[Root.Length..]), StringComparer.Ordinal);

    public static string ReadText(string path) => Encoding.UTF8.GetString(Read(path));

    private static byte[] Read(string path)
    {
        using var stream = typeof(Templates).Assembly.GetManifestResourceStream(Root + path)
            ?? throw new InvalidOperationException($"The program lacks its template {path}.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
