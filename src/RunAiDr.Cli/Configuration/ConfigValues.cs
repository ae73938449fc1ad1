using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Cli.Configuration;

/// <summary>
/// The single values of a configuration file by their keys (<c>author.name</c>, <c>clusters[0].name</c>), the places
/// they come from, and the mistakes found in them.
/// </summary>
internal sealed partial class ConfigValues(string path, string[] keys)
{
    private const string Prefix = "RUNAI_DR_";
    private const string ListMark = "[]";

    private readonly List<string> _mistakes = [];
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    // Key → file, line and column, or the environment variable.
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <exception cref="RunAiDrException">The file cannot be read or is not YAML.</exception>
    public void Load()
    {
        YamlDocument document;
        try
        {
            document = YamlReader.ReadDocument(File.ReadAllBytes(path), path, Fault.Configuration);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"The configuration {path} cannot be read: {failure.Message}",
                "Run `runai-dr init` to make one, or name another with --config.",
                failure);
        }

        if (document.Root is JsonObject root)
        {
            Take(document, "", "", root);
        }
        else
        {
            _mistakes.Add($"{path}: the configuration is not a mapping of keys to values");
        }
    }

    public void Override(IReadOnlyDictionary<string, string> environment)
    {
        var single = keys.Select(key => key.EndsWith(ListMark, StringComparison.Ordinal) ? key[..^ListMark.Length] : key);
        foreach (var key in single.Where(key => !key.Contains('[', StringComparison.Ordinal)))
        {
            var variable = Prefix + key.Replace('.', '_').ToUpperInvariant();
            if (environment.TryGetValue(variable, out var value) && value.Length > 0)
            {
                _values[key] = value;
                _places[key] = $"environment variable {variable}";
            }
        }
    }

    /// <summary>How many entries the list under a key has.</summary>
    public int CountOf(string key) => _counts.GetValueOrDefault(key);

    public string? Text(string key) => _values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    /// <summary>A list of texts, or one text with commas.</summary>
    public IReadOnlyList<string> Texts(string key) =>
        Text(key)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public string? FilePath(string key) =>
        Text(key) is { } value ? Path.GetFullPath(value, Path.GetDirectoryName(path) ?? "") : null;

    public double? Number(string key, double least, double most, bool whole = false)
    {
        var style = whole ? NumberStyles.None : NumberStyles.Float;
        return Parsed<double>(key, $"not a number from {least} to {most}", text =>
            double.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number : null);
    }

    public bool? Flag(string key) =>
        Parsed<bool>(key, "not true or false", text => bool.TryParse(text, out var flag) ? flag : null);

    /// <summary>A number with <c>ms</c>, <c>s</c>, <c>m</c> or <c>h</c> behind it.</summary>
    public TimeSpan? Duration(string key, TimeSpan least, TimeSpan most) =>
        Parsed<TimeSpan>(key, $"not a duration from {least.TotalSeconds:0} s to {most.TotalHours:0} h, such as 500ms, 2s, 30m", text =>
            DurationText().Match(text) is { Success: true } match && Length(match) is var length && length >= least && length <= most
                ? length : null);

    /// <summary>An address and a port: <c>127.0.0.1:8080</c>.</summary>
    public IPEndPoint? EndPoint(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (IPEndPoint.TryParse(text, out var address) && text.Contains(':', StringComparison.Ordinal))
        {
            return address;
        }

        Mistake(key, $"{text}: not an address and a port, such as 127.0.0.1:8080");
        return null;
    }

    public string Missing(string key)
    {
        _mistakes.Add($"{path}: {key} is missing");
        return "";
    }

    public void Mistake(string key, string what) => _mistakes.Add($"{_places.GetValueOrDefault(key, path)}: {what}");

    /// <exception cref="RunAiDrException">There is a mistake; the message tells all.</exception>
    public void ThrowMistakes()
    {
        if (_mistakes.Count > 0)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                string.Join('\n', _mistakes),
                "Correct the configuration; `runai-dr init` writes one with every key explained.");
        }
    }

    private static TimeSpan Length(Match match)
    {
        var number = double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        return match.Groups["unit"].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromHours(number),
        };
    }

    private T? Parsed<T>(string key, string complaint, Func<string, T?> parse)
        where T : struct
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        var value = parse(text);
        if (value is null)
        {
            Mistake(key, $"{key} {text}: {complaint}");
        }

        return value;
    }

    private void Take(YamlDocument document, string key, string pointer, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, child) in map)
                {
                    Take(document, key.Length == 0 ? name : $"{key}.{name}", pointer + YamlDocument.PointerTo(name), child);
                }

                break;
            case JsonArray list when keys.Any(known => known.StartsWith($"{key}[].", StringComparison.Ordinal)):
                _counts[key] = list.Count;
                for (var i = 0; i < list.Count; i++)
                {
                    Take(document, $"{key}[{i}]", $"{pointer}/{i}", list[i]);
                }

                break;
            case JsonArray list when IsKnown(key + ListMark) && list.All(item => item.AsText() is not null):
                TakeLeaf(document, key, pointer, string.Join(',', list.Select(item => item.AsText())));
                break;
            default:
                TakeLeaf(document, key, pointer, value);
                break;
        }
    }

    private void TakeLeaf(YamlDocument document, string key, string pointer, JsonNode? value)
    {
        var (line, column) = document.Locate(pointer);
        if (!IsKnown(key) && !IsKnown(key + ListMark))
        {
            _mistakes.Add($"{path}:{line}:{column}: unknown key {key}; known are {string.Join(", ", keys)}");
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

    private bool IsKnown(string key) => keys.Contains(Index().Replace(key, ListMark), StringComparer.Ordinal);

    [GeneratedRegex(@"\[\d+\]", RegexOptions.None, 1000)]
    private static partial Regex Index();

    [GeneratedRegex(@"\A(?<number>\d{1,9}(?:\.\d{1,3})?)(?<unit>ms|s|m|h)\z", RegexOptions.None, 1000)]
    private static partial Regex DurationText();
}
