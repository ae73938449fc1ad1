using System.Text;

namespace RunAiDr.Sandbox.Storage;

/// <summary>Namespace (empty for cluster-scoped kinds) and name; sorted by the bytes of <c>&lt;namespace&gt;/&lt;name&gt;</c> like the server's store.</summary>
internal sealed class ObjectName : IComparable<ObjectName>, IEquatable<ObjectName>
{
    private readonly byte[] _key;

    public ObjectName(string @namespace, string name)
    {
        Namespace = @namespace;
        Name = name;
        _key = Encoding.UTF8.GetBytes(ToString());
    }

    public string Namespace { get; }

    public string Name { get; }

    public ReadOnlySpan<byte> Key => _key;

    public int CompareTo(ObjectName? other) => other is null ? 1 : Key.SequenceCompareTo(other.Key);

    public bool Equals(ObjectName? other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => Equals(obj as ObjectName);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
