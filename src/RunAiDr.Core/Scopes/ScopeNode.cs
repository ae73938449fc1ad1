using YamlDotNet.RepresentationModel;

namespace RunAiDr.Core.Scopes;

/// <summary>A place in a scope file. What is missing or of the wrong shape is noted and read as empty.</summary>
internal sealed class ScopeNode(YamlNode node, ScopeErrors errors)
{
    public YamlNode Node => node;

    public long Line => node.Start.Line;

    public void OnlyKeys(params string[] known)
    {
        if (node is not YamlMappingNode mapping)
        {
            errors.Add(Line, $"a mapping with {string.Join(", ", known)} is expected");
            return;
        }

        foreach (var key in mapping.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } text } || !known.Contains(text, StringComparer.Ordinal))
            {
                errors.Add(key.Start.Line, $"'{key}' is not known here; known are {string.Join(", ", known)}");
            }
        }
    }

    public long LineOf(string key) => Find(key)?.Line ?? Line;

    public string? AsText()
    {
        if (node is YamlScalarNode { Value.Length: > 0 } scalar)
        {
            return scalar.Value;
        }

        errors.Add(Line, "a text is expected");
        return null;
    }

    public IEnumerable<string> AsTexts()
    {
        if (node is YamlSequenceNode { Children.Count: > 0 } sequence)
        {
            return [.. sequence.Select(item => new ScopeNode(item, errors).AsText() ?? "")];
        }

        errors.Add(Line, "a list of texts is expected");
        return [];
    }

    public string? Text(string key) => Required(key)?.AsText();

    public IEnumerable<string> Texts(string key) => Required(key)?.AsTexts() ?? [];

    public IEnumerable<string> OptionalTexts(string key) => Find(key)?.AsTexts() ?? [];

    public bool Flag(string key)
    {
        switch (Find(key)?.Node)
        {
            case null or YamlScalarNode { Value: "false" }:
                return false;
            case YamlScalarNode { Value: "true" }:
                return true;
            default:
                errors.Add(LineOf(key), $"{key} is true or false");
                return false;
        }
    }

    public ScopeNode? Map(string key) => Find(key);

    public IEnumerable<ScopeNode> List(string key) => Required(key) is null ? [] : OptionalList(key);

    public IEnumerable<ScopeNode> OptionalList(string key)
    {
        if (Find(key) is not { } found)
        {
            return [];
        }

        if (found.Node is YamlSequenceNode sequence)
        {
            return [.. sequence.Select(item => new ScopeNode(item, errors))];
        }

        errors.Add(found.Line, $"{key} is a list");
        return [];
    }

    public IEnumerable<(string Key, ScopeNode Value)> Entries(string key)
    {
        if (Required(key) is not { } found)
        {
            return [];
        }

        if (found.Node is YamlMappingNode mapping)
        {
            return [.. mapping.Select(entry => (entry.Key.ToString(), new ScopeNode(entry.Value, errors)))];
        }

        errors.Add(found.Line, $"{key} is a mapping");
        return [];
    }

    private ScopeNode? Required(string key)
    {
        var found = Find(key);
        if (found is null && node is YamlMappingNode)
        {
            errors.Add(Line, $"{key} is missing");
        }

        return found;
    }

    private ScopeNode? Find(string key) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(key), out var value)
            ? new ScopeNode(value, errors)
            : null;
}
