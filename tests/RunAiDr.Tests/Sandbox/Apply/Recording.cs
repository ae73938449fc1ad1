using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Tests.Sandbox.Apply;

/// <summary>One file of recorded exchanges.</summary>
internal static class Recording
{
    public static IReadOnlyList<JsonObject> Read(string scenario)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "TestData", "apiserver", scenario + ".json");
        return [.. ((JsonArray)LooseJson.Parse(File.ReadAllBytes(path))!["exchanges"]!).Select(node => (JsonObject)node!)];
    }

    /// <summary>The path of a request in its parts, null when it is none of a known kind.</summary>
    public static Target? Parse(string url)
    {
        var uri = new Uri("http://server" + url);
        var query = System.Web.HttpUtility.ParseQueryString(uri.Query);
        var parts = uri.AbsolutePath.Split('/').Skip(1).Select(Uri.UnescapeDataString).ToList();
        var (group, version, rest) = parts[0] == "api" ? ("", parts[1], parts[2..]) : parts.Count > 3 ? (parts[1], parts[2], parts[3..]) : ("", "", []);
        string? @namespace = null;
        if (rest.Count > 2 && rest[0] == "namespaces" && rest[2] is not ("status" or "finalize"))
        {
            @namespace = rest[1];
            rest = rest[2..];
        }

        if (rest.Count is 0 or > 3 || RecordedKinds.Find(group, version, rest[0], @namespace is not null) is not { } rules)
        {
            return null;
        }

        return new Target(rules, @namespace, rest.Count > 1 ? rest[1] : null, rest.Count > 2 ? rest[2] : "", query);
    }
}

internal sealed record Target(KindRules Rules, string? Namespace, string? Name, string Subresource, System.Collections.Specialized.NameValueCollection Query)
{
    public string KeyOf(string name) => $"{Rules.Kind.QualifiedName}/{Namespace}/{name}";
}
