using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Security;

/// <summary>One rule of a Role or ClusterRole.</summary>
internal sealed record PolicyRule(
    string[] Verbs, string[] Groups, string[] Resources, string[] Names, string[] Paths)
{
    public static PolicyRule Of(JsonNode? rule) => new(
        Texts(rule, "verbs"), Texts(rule, "apiGroups"), Texts(rule, "resources"), Texts(rule, "resourceNames"),
        Texts(rule, "nonResourceURLs"));

    public bool Allows(AccessQuestion question) => Has(Verbs, question.Verb) && (question.Path is null
        ? Has(Groups, question.Group) && HasResource(question) && (Names.Length == 0 || Names.Contains(question.Name, StringComparer.Ordinal))
        : Paths.Any(p => p == "*" || p == question.Path || (p.EndsWith('*') && question.Path.StartsWith(p[..^1], StringComparison.Ordinal))));

    /// <summary>The single rights that make up this rule, so that each can be asked for.</summary>
    public IEnumerable<PolicyRule> Split()
    {
        foreach (var verb in Verbs)
        {
            foreach (var path in Paths)
            {
                yield return new PolicyRule([verb], [], [], [], [path]);
            }

            foreach (var (group, resource) in Groups.SelectMany(_ => Resources, (g, r) => (g, r)))
            {
                foreach (var name in Names.DefaultIfEmpty())
                {
                    yield return new PolicyRule([verb], [group], [resource], name is null ? [] : [name], []);
                }
            }
        }
    }

    /// <summary>Whether this rule includes a right made by <see cref="Split"/>.</summary>
    public bool Covers(PolicyRule right) => Has(Verbs, right.Verbs[0]) && (right.Paths.Length > 0
        ? Paths.Any(p => p == "*" || p == right.Paths[0] || (p.EndsWith('*') && right.Paths[0].StartsWith(p[..^1], StringComparison.Ordinal)))
        : Has(Groups, right.Groups[0]) && HasResourceName(right.Resources[0])
            && (Names.Length == 0 || (right.Names.Length > 0 && Names.Contains(right.Names[0], StringComparer.Ordinal))));

    /// <summary>As Go prints it in the 403 of an escalation.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        Add("APIGroups", Groups);
        Add("Resources", Resources);
        Add("NonResourceURLs", Paths);
        Add("ResourceNames", Names);
        Add("Verbs", Verbs);
        return $"{{{string.Join(", ", parts)}}}";

        void Add(string title, string[] values)
        {
            if (values.Length > 0)
            {
                parts.Add($"{title}:[{string.Join(' ', values.Select(v => $"\"{v}\""))}]");
            }
        }
    }

    private bool HasResource(AccessQuestion question) => Has(Resources, question.FullResource)
        || (question.Subresource.Length > 0 && Resources.Contains($"*/{question.Subresource}", StringComparer.Ordinal));

    private bool HasResourceName(string resource) => Has(Resources, resource)
        || (resource.Split('/') is [_, var sub] && Resources.Contains($"*/{sub}", StringComparer.Ordinal));

    private static bool Has(string[] values, string wanted) =>
        values.Contains("*", StringComparer.Ordinal) || values.Contains(wanted, StringComparer.Ordinal);

    private static string[] Texts(JsonNode? rule, string field) =>
        [.. (rule?[field] as JsonArray ?? []).Select(n => (string?)n ?? "")];
}
