using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

public abstract partial class ApiServerContract
{
    [SkippableFact]
    public async Task Creating_getting_and_deleting_answer_as_documented()
    {
        var ns = await Server.NamespaceAsync();
        var body = Given.ConfigMap(ns, "one", "v").Body;
        var created = await Http.PostAsync(ConfigMaps(ns), body);

        Assert.Equal((201, "ConfigMap"), (created.Code, (string?)created.Json["kind"]));
        AssertStatus(await Http.PostAsync(ConfigMaps(ns), body), 409, "AlreadyExists", "configmaps", "one");
        AssertStatus(await Http.GetAsync($"{ConfigMaps(ns)}/absent"), 404, "NotFound", "configmaps", "absent");
        var deleted = await Http.DeleteAsync($"{ConfigMaps(ns)}/one");
        Assert.Equal(
            (200, "Status", "Success", (string?)created.Json["metadata"]!["uid"], null),
            (deleted.Code, (string?)deleted.Json["kind"], (string?)deleted.Json["status"],
                (string?)deleted.Json["details"]!["uid"], (int?)deleted.Json["code"]));
        AssertStatus(await Http.DeleteAsync($"{ConfigMaps(ns)}/one"), 404, "NotFound", "configmaps", "one");
        AssertStatus(await Http.PostAsync(ConfigMaps("no-such-namespace"), Given.ConfigMap("no-such-namespace", "one", "v").Body), 404, "NotFound", "namespaces", "no-such-namespace");
        AssertStatus(await Http.PostAsync(ConfigMaps(ns), Given.ConfigMap("other", "one", "v").Body), 400, "BadRequest");
        AssertStatus(await Http.PostAsync(ConfigMaps(ns), Given.ConfigMap(ns, "Bad_Name", "v").Body), 422, "Invalid", "ConfigMap", "Bad_Name");
        AssertStatus(await Http.PostAsync("/api/v1/configmaps", body), 405, "MethodNotAllowed");
        AssertStatus(await Http.DeleteAsync("/api/v1/namespaces/default"), 403, "Forbidden", "namespaces", "default");
    }

    [SkippableFact]
    public async Task The_client_creates_gets_and_deletes()
    {
        var ns = await Server.NamespaceAsync();
        var binding = Given.Binding(ns, "viewers", "view", "u");

        await CreateAsync(binding);
        var read = await Client.GetAsync(Kinds.RoleBinding, ns, "viewers", CancellationToken.None);

        Assert.True(JsonNode.DeepEquals(binding.Body["subjects"], read!["subjects"]));
        await Assert.ThrowsAsync<RunAiDrException>(() => CreateAsync(binding));
        Assert.True(await Client.DeleteAsync(Kinds.RoleBinding, ns, "viewers", CancellationToken.None));
        Assert.False(await Client.DeleteAsync(Kinds.RoleBinding, ns, "viewers", CancellationToken.None));
        Assert.Null(await Client.GetAsync(Kinds.RoleBinding, ns, "viewers", CancellationToken.None));
    }

    [SkippableFact]
    public async Task A_dry_run_says_what_would_happen_and_stores_nothing()
    {
        var ns = await Server.NamespaceAsync();
        var one = Given.ConfigMap(ns, "one", "1");

        Assert.Equal(ApplyAction.Created, (await ApplyAsync(one, dryRun: true)).Action);
        Assert.Null(await Client.GetAsync(one.Kind, ns, "one", CancellationToken.None));
        var created = await ApplyAsync(one);
        Assert.Equal(ApplyAction.Unchanged, (await ApplyAsync(one, dryRun: true)).Action);
        Assert.Equal(ApplyAction.Configured, (await ApplyAsync(Given.ConfigMap(ns, "one", "2"), dryRun: true)).Action);
        await Client.CreateAsync(Given.ConfigMap(ns, "two", "1"), dryRun: true, CancellationToken.None);
        Assert.Equal(200, (await Http.DeleteAsync($"{ConfigMaps(ns)}/one?dryRun=All")).Code);

        var live = await Client.GetAsync(one.Kind, ns, "one", CancellationToken.None);
        Assert.True(JsonNode.DeepEquals(created.Live, live));
        Assert.Null(await Client.GetAsync(one.Kind, ns, "two", CancellationToken.None));
        Assert.StartsWith("422", (await ApplyAsync(Given.ConfigMap(ns, "Bad_Name", "1"), dryRun: true)).Reason, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_unknown_field_is_refused_in_strict_mode_and_dropped_with_a_warning_otherwise()
    {
        var ns = await Server.NamespaceAsync();
        var odd = Given.ConfigMap(ns, "odd", "v");
        odd.Body["nonsense"] = 1;
        odd.Metadata["colour"] = "red";

        AssertStatus(await Http.PostAsync($"{ConfigMaps(ns)}?fieldValidation=Strict", odd.Body), 400, "BadRequest");
        Assert.Equal(ApplyAction.Failed, (await ApplyAsync(odd)).Action);
        var loose = await Http.PostAsync(ConfigMaps(ns), odd.Body);

        Assert.Equal(201, loose.Code);
        Assert.Equal(2, loose.Warnings.Count);
        Assert.Null(loose.Json["nonsense"]);
        Assert.Null(loose.Json["metadata"]!["colour"]);
        Assert.Empty((await Http.DeleteAsync($"{ConfigMaps(ns)}/odd")).Warnings);
    }

    [SkippableFact]
    public async Task A_finalizer_holds_what_is_deleted_until_it_goes()
    {
        var ns = await Server.NamespaceAsync();
        var held = Given.ConfigMap(ns, "held", "v");
        held.Metadata["finalizers"] = new JsonArray("example.com/hold");
        await CreateAsync(held);
        var path = $"{ConfigMaps(ns)}/held";

        var deleted = (await Http.DeleteAsync(path)).Json;

        Assert.Equal("ConfigMap", (string?)deleted["kind"]);
        Assert.NotNull(deleted["metadata"]!["deletionTimestamp"]);
        Assert.True(JsonNode.DeepEquals(deleted["metadata"]!["deletionTimestamp"], (await Http.DeleteAsync(path)).Json["metadata"]!["deletionTimestamp"]));
        AssertStatus(await Http.PostAsync(ConfigMaps(ns), Given.ConfigMap(ns, "held", "v").Body), 409, "AlreadyExists", "configmaps", "held");
        Assert.Equal(200, (await PatchAsync(path, """{"data":{"k":"2"}}""")).Code);
        AssertStatus(await PatchAsync(path, """{"metadata":{"finalizers":["example.com/hold","example.com/new"]}}"""), 422, "Invalid", "ConfigMap", "held");
        Assert.Equal(200, (await PatchAsync(path, """{"metadata":{"finalizers":null}}""")).Code);
        AssertStatus(await Http.GetAsync(path), 404, "NotFound", "configmaps", "held");
        var bad = Given.ConfigMap(ns, "bad", "v");
        bad.Metadata["finalizers"] = new JsonArray("nodomain");
        AssertStatus(await Http.PostAsync(ConfigMaps(ns), bad.Body), 422, "Invalid", "ConfigMap", "bad");
    }

    [SkippableFact]
    public async Task A_terminating_namespace_takes_nothing_new()
    {
        var ns = await Server.NamespaceAsync();
        var held = Given.ConfigMap(ns, "held", "v");
        held.Metadata["finalizers"] = new JsonArray("example.com/hold");
        await CreateAsync(held);

        var deleted = (await Http.DeleteAsync($"/api/v1/namespaces/{ns}")).Json;

        Assert.Equal(("Namespace", "Terminating"), ((string?)deleted["kind"], (string?)deleted["status"]!["phase"]));
        Assert.Equal("Terminating", (string?)(await Http.GetAsync($"/api/v1/namespaces/{ns}")).Json["status"]!["phase"]);
        var refused = await Http.PostAsync(ConfigMaps(ns), Given.ConfigMap(ns, "late", "v").Body);
        AssertStatus(refused, 403, "Forbidden", "configmaps", "late");
        Assert.Equal("NamespaceTerminating", (string?)refused.Json["details"]!["causes"]![0]!["reason"]);
        Assert.Equal(ApplyAction.Failed, (await ApplyAsync(Given.ConfigMap(ns, "late", "v"))).Action);
        Assert.Equal(200, (await PatchAsync($"{ConfigMaps(ns)}/held", """{"data":{"k":"2"}}""")).Code);
        AssertStatus(await Http.PostAsync("/api/v1/namespaces", Given.Namespace(ns).Body), 409, "AlreadyExists", "namespaces", ns);
        Assert.Equal(ApplyAction.Configured, (await ApplyAsync(Given.Namespace(ns, Json("""{"x":"1"}""")))).Action);
        await PatchAsync($"{ConfigMaps(ns)}/held", """{"metadata":{"finalizers":null}}""");
    }

    [SkippableTheory]
    [InlineData("system:node:a b", 201)]
    [InlineData("Ünïcode 😀", 201)]
    [InlineData("line\nbreak", 201)]
    [InlineData("UPPER", 201)]
    [InlineData("a/b", 422)]
    [InlineData("50%", 422)]
    [InlineData("..", 422)]
    public async Task Names_of_rbac_resources_hold_nearly_anything(string name, int code)
    {
        var ns = await Server.NamespaceAsync();
        var binding = Given.Binding(ns, name, "view", "u");

        var answer = await Http.PostAsync(Bindings(ns), binding.Body);

        Assert.Equal(code, answer.Code);
        if (code == 201)
        {
            Assert.Equal(ApplyAction.Configured, (await ApplyAsync(binding, force: true)).Action);
            Assert.Equal(name, (string?)(await Client.GetAsync(binding.Kind, ns, name, CancellationToken.None))!["metadata"]!["name"]);
            Assert.True(await Client.DeleteAsync(binding.Kind, ns, name, CancellationToken.None));
        }
    }

    [SkippableFact]
    public async Task A_name_of_300_characters_is_applied_and_read_back()
    {
        var ns = await Server.NamespaceAsync();
        var binding = Given.Binding(ns, new string('n', 300), "view", "u");

        Assert.Equal(ApplyAction.Created, (await ApplyAsync(binding)).Action);
        Assert.NotNull(await Client.GetAsync(binding.Kind, ns, binding.Name, CancellationToken.None));
    }
}
