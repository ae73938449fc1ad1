using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Cli.Configuration;

/// <summary>
/// Reads the configuration file and the environment variables that override it, and tells every mistake at once, each
/// with its line.
/// </summary>
internal sealed class ConfigReader(string path, IReadOnlyDictionary<string, string> environment)
{
    private const string Prefix = "RUNAI_DR_";

    private static readonly string[] Keys =
    [
        "cluster", "repository", "branch", "scope", "kubeconfig", "context",
        "author.name", "author.email", "deletionGuard.share", "deletionGuard.count",
    ];

    private readonly List<string> _mistakes = [];
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    // Key → file, line and column, or the environment variable.
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);

    /// <exception cref="RunAiDrException">The file is missing, unreadable or wrong.</exception>
    public DrConfig Read()
    {
        Collect(Load());
        Override();
        var defaults = new DrConfig { Cluster = "", Repository = "" };
        var config = new DrConfig
        {
            Cluster = ClusterName(),
            Repository = FilePath("repository") ?? Missing("repository"),
            Branch = Value("branch") ?? defaults.Branch,
            Scope = FilePath("scope"),
            Kubeconfig = FilePath("kubeconfig"),
            Context = Value("context"),
            AuthorName = Value("author.name") ?? defaults.AuthorName,
            AuthorEmail = Value("author.email") ?? defaults.AuthorEmail,
            DeletionGuard = new(
                Number("deletionGuard.share", 0, 1) ?? defaults.DeletionGuard.Share,
                (int)(Number("deletionGuard.count", 0, int.MaxValue, whole: true) ?? defaults.DeletionGuard.Count)),
        };
        return _mistakes.Count == 0
            ? config
            : throw new RunAiDrException(
                Fault.Configuration,
                string.Join('\n', _mistakes),
                "Correct the configuration; `runai-dr init` writes one with every key explained.");
    }

    private YamlDocument Load()
    {
        try
        {
            return YamlReader.ReadDocument(File.ReadAllBytes(path), path, Fault.Configuration);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"The configuration {path} cannot be read: {failure.Message}",
                "Run `runai-dr init` to make one, or name another with --config.",
                failure);
        }
    }

    private void Collect(YamlDocument document)
    {
        if (document.Root is not JsonObject root)
        {
            _mistakes.Add($"{path}: the configuration is not a mapping of keys to values");
            return;
        }

        foreach (var (key, value) in root)
        {
            if (value is JsonObject section)
            {
                foreach (var (name, leaf) in section)
                {
                    Take(document, $"{key}.{name}", YamlDocument.PointerTo(key) + YamlDocument.PointerTo(name), leaf);
                }
            }
            else
            {
                Take(document, key, YamlDocument.PointerTo(key), value);
            }
        }
    }

    private void Take(YamlDocument document, string key, string pointer, JsonNode? value)
    {
        var (line, column) = document.Locate(pointer);
        if (!Keys.Contains(key, StringComparer.Ordinal))
        {
            _mistakes.Add($"{path}:{line}:{column}: unknown key {key}; known are {string.Join(", ", Keys)}");
        }
        else if (value is JsonValue scalar)
        {
            _values[key] = scalar.GetValueKind() == JsonValueKind.String ? (string)scalar! : scalar.ToJsonString();
            _places[key] = $"{path}:{line}:{column}";
        }
        else if (value is not null)
        {
            _mistakes.Add($"{path}:{line}:{column}: {key} is not a single value");
        }
    }

    private void Override()
    {
        foreach (var key in Keys)
        {
            if (environment.TryGetValue(VariableOf(key), out var value) && value.Length > 0)
            {
                _values[key] = value;
                _places[key] = $"environment variable {VariableOf(key)}";
            }
        }
    }

    private static string VariableOf(string key) => Prefix + key.Replace('.', '_').ToUpperInvariant();

    private string? Value(string key) => _values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    private string? FilePath(string key) =>
        Value(key) is { } value ? Path.GetFullPath(value, Path.GetDirectoryName(path) ?? "") : null;

    private string ClusterName()
    {
        var name = Value("cluster") ?? Missing("cluster");
        if (name.Length > 0 && !IsClusterName(name))
        {
            _mistakes.Add($"{_places["cluster"]}: {name}: a cluster name has lower-case letters, digits and '-' only, and at most 63 characters");
        }

        return name;
    }

    /// <summary>The rule of Kubernetes for labels of DNS: the name becomes a folder and part of a tag.</summary>
    public static bool IsClusterName(string name) =>
        name.Length is > 0 and <= 63
        && name[0] != '-' && name[^1] != '-'
        && Encoding.UTF8.GetBytes(name).All(letter => letter is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'-');

    private double? Number(string key, double least, double most, bool whole = false)
    {
        if (Value(key) is not { } text)
        {
            return null;
        }

        var style = whole ? NumberStyles.None : NumberStyles.Float;
        if (double.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        _mistakes.Add($"{_places[key]}: {key} {text}: not a number from {least} to {most}");
        return null;
    }

    private string Missing(string key)
    {
        _mistakes.Add($"{path}: {key} is missing");
        return "";
    }
}
