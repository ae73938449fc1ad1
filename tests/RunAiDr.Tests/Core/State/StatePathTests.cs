using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Tests.Core.Yaml;

namespace RunAiDr.Tests.Core.State;

public class StatePathTests
{
    private const string Rbac = "rbac.authorization.k8s.io";

    [Theory]
    [InlineData("", "configmaps", "runai", "notebook-large", "templates/notebook-large.yaml")]
    [InlineData("", "configmaps", "team-a", "x", "namespaces/team-a/configmaps/x.yaml")]
    [InlineData("", "configmaps", "runai", ".bashrc", "templates/%2Ebashrc.yaml")]
    [InlineData("", "namespaces", null, "team-a", "namespaces/team-a/namespace.yaml")]
    [InlineData(Rbac, "rolebindings", "runai-genomics", "oidc:genomics-leads", "namespaces/runai-genomics/rolebindings/oidc%3Agenomics-leads.yaml")]
    [InlineData("authorization.openshift.io", "rolebindings", "a", "x", "namespaces/a/rolebindings.authorization.openshift.io/x.yaml")]
    [InlineData(Rbac, "clusterrolebindings", null, "system:node", "cluster/clusterrolebindings.rbac.authorization.k8s.io/system%3Anode.yaml")]
    [InlineData("run.ai", "projects", null, "vision", "cluster/projects.run.ai/vision.yaml")]
    [InlineData("", "services", "a", "web", "namespaces/a/services/web.yaml")]
    [InlineData("serving.knative.dev", "services", "a", "web", "namespaces/a/services.serving.knative.dev/web.yaml")]
    [InlineData(Rbac, "roles", "a", "..", "namespaces/a/roles.rbac.authorization.k8s.io/%2E..yaml")]
    [InlineData(Rbac, "roles", "a", "Two words\n%/~\\ü🚀", "namespaces/a/roles.rbac.authorization.k8s.io/Two%20words%0A%25%2F%7E%5C%C3%BC%F0%9F%9A%80.yaml")]
    public void A_path_follows_from_the_key_and_leads_back_to_it(string group, string plural, string? @namespace, string name, string path)
    {
        Assert.Equal(path, StatePath.For(new ResourceKey(group, plural, @namespace, name)));
        Assert.True(StatePath.TryParse(path, out var parts));
        Assert.Equal(new StatePathParts(group, plural, @namespace, name), parts);
    }

    [Theory]
    [InlineData("restore-point.yaml")]
    [InlineData("values/runai-backend.yaml")]
    [InlineData("templates/a.yml")]
    [InlineData("templates/a/b.yaml")]
    [InlineData("templates/a%2fb.yaml")]
    [InlineData("templates/%61.yaml")]
    [InlineData("templates/.yaml")]
    [InlineData("namespaces//pods/a.yaml")]
    [InlineData("templates/a%.yaml")]
    [InlineData("templates/a%4.yaml")]
    [InlineData("templates/a%C3.yaml")]
    [InlineData("templates/%+1.yaml")]
    [InlineData("templates/ü.yaml")]
    [InlineData("templates/.bashrc.yaml")]
    [InlineData("templates/a b.yaml")]
    [InlineData("namespaces/runai/configmaps/a.yaml")]
    [InlineData("namespaces/a/rolebindings.rbac.authorization.k8s.io/x.yaml")]
    [InlineData("namespaces/a/namespaces/x.yaml.yaml/y")]
    [InlineData("namespaces/../namespace.yaml")]
    [InlineData("cluster/namespaces/a.yaml")]
    [InlineData("cluster/services./a.yaml")]
    [InlineData("cluster/../a.yaml")]
    [InlineData("../templates/a.yaml")]
    [InlineData("/templates/a.yaml")]
    [InlineData("")]
    public void Only_the_one_path_of_a_resource_is_accepted(string path) => Assert.False(StatePath.TryParse(path, out _));

    [Theory]
    [InlineData('a', 300)]
    [InlineData(':', 120)]
    [InlineData('ü', 90)]
    [InlineData('日', 60)]
    public void A_name_too_long_for_a_file_is_cut_and_marked(char letter, int length)
    {
        var key = new ResourceKey(Rbac, "rolebindings", "a", new string(letter, length));
        var path = StatePath.For(key);
        var file = path[(path.LastIndexOf('/') + 1)..];

        Assert.InRange(file.Length, 195, 200);
        Assert.Matches(@"\A(?:[A-Za-z0-9._-]|%[0-9A-F]{2})+~[0-9a-f]{16}\.yaml\z", file);
        Assert.True(StatePath.TryParse(path, out var parts));
        Assert.Equal(new StatePathParts(Rbac, "rolebindings", "a", null), parts);
        Assert.NotEqual(path, StatePath.For(key with { Name = key.Name + letter }), StringComparer.Ordinal);
    }

    [Fact]
    public void The_longest_uncut_file_name_has_two_hundred_bytes()
    {
        var name = new string('a', 195);

        Assert.EndsWith($"/{name}.yaml", StatePath.For(new ResourceKey("", "pods", "x", name)), StringComparison.Ordinal);
        Assert.Contains("~", StatePath.For(new ResourceKey("", "pods", "x", name + "a")), StringComparison.Ordinal);
    }

    [Property(MaxTest = 2000)]
    public Property Every_key_comes_back_from_its_path() => Prop.ForAll(Arb.From(Keys), key =>
    {
        var parsed = StatePath.TryParse(StatePath.For(key), out var parts);
        return parsed && parts is not null && parts.Group == key.Group && parts.Plural == key.Plural
            && parts.Namespace == key.Namespace && (parts.Name is null || parts.Name == key.Name);
    });

    [Property(MaxTest = 2000)]
    public Property Two_keys_share_a_path_only_when_they_are_equal() => Prop.ForAll(
        Arb.From(Keys), Arb.From(Keys), (x, y) => (StatePath.For(x) == StatePath.For(y)) == (x == y));

    [Property(MaxTest = 1000)]
    public Property A_path_is_plain_and_stays_inside_its_folder() => Prop.ForAll(Arb.From(Keys), key =>
        StatePath.For(key).Split('/').All(segment =>
            segment.All(c => char.IsAsciiLetterOrDigit(c) || "._-%~".Contains(c, StringComparison.Ordinal))
            && !segment.StartsWith('.')));

    [Fact]
    public void Paths_that_differ_in_case_only_fold_to_one()
    {
        var lower = StatePath.For(new ResourceKey(Rbac, "roles", "a", "admin"));
        var upper = StatePath.For(new ResourceKey(Rbac, "roles", "a", "Admin"));

        Assert.NotEqual(lower, upper, StringComparer.Ordinal);
        Assert.Equal(StatePath.FoldsTo(lower), StatePath.FoldsTo(upper));
    }

    // Names may be anything; groups, plurals and namespaces are what an API server accepts, often the special ones.
    private static Gen<ResourceKey> Keys =>
        from kind in Gen.Elements(
            ("", "configmaps"), ("", "namespaces"), ("", "rolebindings"), (Rbac, "rolebindings"), ("authorization.openshift.io", "rolebindings"),
            ("run.ai", "projects"), ("", "pods"), ("x", "pods"), ("x.y", "pods"))
        from @namespace in Gen.Elements(null, "runai", "team-a", "x.y")
        from name in Gen.Frequency((3, JsonValues.Text), (1, Gen.Elements("a", "b", "namespace", ".", "..", "a~0123456789abcdef")),
            (1, JsonValues.Text.Select(text => string.Concat(Enumerable.Repeat(text, 30)))))
        where name.Length > 0 && !(kind == ("", "namespaces") && @namespace is not null)
        select new ResourceKey(kind.Item1, kind.Item2, @namespace, name);
}
