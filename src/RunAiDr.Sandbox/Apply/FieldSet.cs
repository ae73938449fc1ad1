using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>A set of field paths. A path element is written as in FieldsV1: <c>f:name</c>, <c>k:{"name":"x"}</c>,
/// <c>v:"x"</c>. Sets are changed only while they are built.</summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);
    private bool _member;

    public bool IsEmpty => !_member && _children.Values.All(child => child.IsEmpty);

    /// <summary>Every path of the set, in order.</summary>
    public IEnumerable<IReadOnlyList<string>> Paths => Walk([]);

    public static FieldSet FromJson(JsonObject? fields)
    {
        var set = new FieldSet();
        foreach (var (element, node) in fields ?? [])
        {
            if (element == ".")
            {
                set._member = true;
                continue;
            }

            var child = node is JsonObject below ? FromJson(below) : new FieldSet();
            child._member |= child._children.Count == 0;
            set._children[element] = child;
        }

        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var (element, child) in _children)
        {
            if (!child.IsEmpty)
            {
                json[element] = child.ToJson();
            }
        }

        if (_member && json.Count > 0)
        {
            json.Insert(0, ".", new JsonObject());
        }

        return json;
    }

    public void Insert(IEnumerable<string> path)
    {
        var node = this;
        foreach (var element in path)
        {
            if (!node._children.TryGetValue(element, out var child))
            {
                child = new FieldSet();
                node._children.Add(element, child);
            }

            node = child;
        }

        node._member = true;
    }

    /// <summary>Whether the one-element path is in the set.</summary>
    public bool Has(string element) => _children.TryGetValue(element, out var child) && child._member;

    /// <summary>What the set holds below the element, null when nothing.</summary>
    public FieldSet? Below(string element) =>
        _children.TryGetValue(element, out var child) && child._children.Values.Any(node => !node.IsEmpty) ? child : null;

    public FieldSet Union(FieldSet other) => Combine(this, other, static (one, two) => one || two);

    public FieldSet Intersect(FieldSet other) => Combine(this, other, static (one, two) => one && two);

    public FieldSet Except(FieldSet other) => Combine(this, other, static (one, two) => one && !two);

    /// <summary>Without the paths of <paramref name="other"/> and all that lies below them.</summary>
    public FieldSet ExceptBelow(FieldSet other)
    {
        var result = new FieldSet { _member = _member && !other._member };
        foreach (var (element, child) in _children)
        {
            if (!other._children.TryGetValue(element, out var same))
            {
                result._children[element] = child;
            }
            else if (!same._member)
            {
                result._children[element] = child.ExceptBelow(same);
            }
        }

        return result;
    }

    /// <summary>Only the paths below the top-level element, or only the others.</summary>
    public FieldSet Only(string element, bool inside)
    {
        var result = new FieldSet();
        foreach (var (key, child) in _children.Where(child => child.Key == element == inside))
        {
            result._children[key] = child;
        }

        return result;
    }

    public bool SameAs(FieldSet other) => JsonNode.DeepEquals(ToJson(), other.ToJson());

    private static FieldSet Combine(FieldSet? one, FieldSet? two, Func<bool, bool, bool> rule)
    {
        var result = new FieldSet { _member = rule(one?._member ?? false, two?._member ?? false) };
        foreach (var element in (one?._children.Keys ?? Enumerable.Empty<string>()).Union(two?._children.Keys ?? Enumerable.Empty<string>(), StringComparer.Ordinal))
        {
            var child = Combine(one?._children.GetValueOrDefault(element), two?._children.GetValueOrDefault(element), rule);
            if (!child.IsEmpty)
            {
                result._children[element] = child;
            }
        }

        return result;
    }

    private IEnumerable<IReadOnlyList<string>> Walk(List<string> prefix)
    {
        if (_member)
        {
            yield return [.. prefix];
        }

        foreach (var (element, child) in _children)
        {
            prefix.Add(element);
            foreach (var path in child.Walk(prefix))
            {
                yield return path;
            }

            prefix.RemoveAt(prefix.Count - 1);
        }
    }
}
