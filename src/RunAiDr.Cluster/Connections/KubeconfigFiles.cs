using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Cluster.Connections;

/// <summary>
/// One or more kubeconfig files read as one, by kubectl's rule: of two entries with the same name the one of the
/// earlier file counts, whole.
/// </summary>
internal sealed class KubeconfigFiles
{
    private readonly List<KubeconfigEntry> _files = [];

    public string Names => string.Join(", ", _files.Select(f => f.File));

    public string? CurrentContext => _files.Select(f => f.Text("current-context")).FirstOrDefault(c => c is not null);

    public static KubeconfigFiles Read(KubeconfigSource source)
    {
        var files = new KubeconfigFiles();
        foreach (var path in PathsOf(source))
        {
            files._files.Add(ReadOne(path));
        }

        return files;
    }

    /// <summary>The entry called <paramref name="name"/> of <c>clusters</c>, <c>users</c> or <c>contexts</c>.</summary>
    public KubeconfigEntry? Find(string list, string name) =>
        Entries(list).FirstOrDefault(e => e.Text("name") == name) is { } entry
            ? (entry.Map(list.TrimEnd('s')) ?? entry with { Fields = [] }) with { Place = $"{list}[{name}]" }
            : null;

    public IEnumerable<string> NamesIn(string list) => Entries(list).Select(e => e.Text("name") ?? "").Distinct(StringComparer.Ordinal);

    private IEnumerable<KubeconfigEntry> Entries(string list) => _files.SelectMany(file => file.List(list)
        .Select((entry, index) => new KubeconfigEntry(entry as JsonObject ?? throw file.Wrong(list, "a list of maps"), file.File, list)
        {
            Document = file.Document,
            Pointer = $"/{list}/{index}",
        }));

    private static List<string> PathsOf(KubeconfigSource source)
    {
        if (source.ExplicitPath is { } only)
        {
            return File.Exists(only) ? [only] : throw Missing($"The kubeconfig {only} does not exist");
        }

        if (!string.IsNullOrEmpty(source.EnvironmentList))
        {
            var listed = source.EnvironmentList.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
            var present = listed.Where(File.Exists).Distinct(StringComparer.Ordinal).ToList();
            return present.Count > 0 ? present : throw Missing($"No file of KUBECONFIG={source.EnvironmentList} exists");
        }

        return File.Exists(source.DefaultPath)
            ? [source.DefaultPath]
            : throw Missing($"There is no kubeconfig: neither --kubeconfig nor KUBECONFIG is set, and {source.DefaultPath} does not exist");
    }

    private static KubeconfigEntry ReadOne(string path)
    {
        try
        {
            var document = YamlReader.ReadDocument(SmallFile.Read(path), path, Fault.Configuration);
            return document.Root is null or JsonObject
                ? new KubeconfigEntry(document.Root as JsonObject ?? [], path, "kubeconfig") { Document = document }
                : throw new RunAiDrException(Fault.Configuration, $"{path} is not a kubeconfig: it holds no map", "Name another file.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"The kubeconfig {path} cannot be read ({failure.GetType().Name})",
                "Check the permissions of the file.",
                failure);
        }
    }

    private static RunAiDrException Missing(string message) =>
        new(Fault.Configuration, message, "Give the file with --kubeconfig or KUBECONFIG.");
}
