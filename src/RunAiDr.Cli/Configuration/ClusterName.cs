using System.Text;

namespace RunAiDr.Cli.Configuration;

/// <summary>What the operator may call a cluster.</summary>
internal static class ClusterName
{
    /// <summary>The rule in words.</summary>
    public const string Rule = "lower-case letters, digits and '-' only, and at most 63 characters";

    /// <summary>The rule of Kubernetes for labels of DNS: the name becomes a folder and part of a tag.</summary>
    public static bool IsLegal(string name) =>
        name.Length is > 0 and <= 63
        && name[0] != '-' && name[^1] != '-'
        && Encoding.UTF8.GetBytes(name).All(letter => letter is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'-');
}
