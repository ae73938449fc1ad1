using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Secrets.Sealing;

public sealed class SealedFileTests
{
    private static readonly SealedFile Values = new("values/runai-backend.yaml", ".age");

    private static readonly Dictionary<string, SecretText> Secrets = new()
    {
        ["values/runai-backend/password"] = new("CANARY-a"),
        ["values/runai-backend/key"] = SecretText.Of([0xff, 0x00]),
    };

    [Fact]
    public void Files_of_both_ciphers_are_found_with_their_documents()
    {
        var tree = new MemoryStateTree()
            .Put("secrets/values/runai-backend.age", "x").Put("secrets/values/runai-backend.macs.yaml", "{}")
            .Put("secrets/recipients.yaml", "{}").Put("secrets/notes.txt", "x").Put("values/runai-backend.age", "x")
            .Put("secrets/namespaces/runai/secrets/a.b.sops.yaml", "x").PutLink("secrets/values/link.age", "runai-backend.age");

        var found = SealedFile.In(tree);

        Assert.Equal([new("namespaces/runai/secrets/a.b.yaml", ".sops.yaml"), Values], found);
        Assert.Equal(["secrets/namespaces/runai/secrets/a.b.sops.yaml", "secrets/values/runai-backend.age"], found.Select(file => file.Path));
        Assert.Equal("secrets/namespaces/runai/secrets/a.b.macs.yaml", found[0].MacsPath);
    }

    [Fact]
    public void What_an_export_wrote_is_taken_with_its_key_and_without_it()
    {
        var macs = SealedFiles.Macs(Secrets, SealingKeys.Mac);

        Values.Check(Secrets, macs, SealingKeys.Mac);
        Values.Check(Secrets, macs, null);
        Values.Check(Secrets, null, null);
    }

    [Fact]
    public void Names_of_documents_with_odd_names_are_their_own()
    {
        var secret = Given.Secret("runai", "oidc:client.one", "token", "CANARY-b");
        var name = Redactor.Resource(secret, SecretRules.RunAi()).Secrets.Single().Name;

        new SealedFile(StatePath.For(secret.Key), ".age").Check(new Dictionary<string, SecretText> { [name] = new("CANARY-b") }, null, null);
    }

    [Theory]
    [InlineData("values/runai-cluster/password")]
    [InlineData("values/runai-backend")]
    [InlineData("values/runai-backend-2/password")]
    public void A_value_of_another_document_is_refused(string name)
    {
        var fault = Refused(new Dictionary<string, SecretText>(Secrets) { [name] = new("CANARY-c") }, null, null);

        Assert.StartsWith($"secrets/values/runai-backend.age holds {name}, which is no value of values/runai-backend.yaml", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_no_export_wrote_is_refused_by_name()
    {
        var macs = SealedFiles.Macs(Secrets, SealingKeys.Mac);
        var forged = new Dictionary<string, SecretText>(Secrets) { ["values/runai-backend/password"] = new("CANARY-forged") };

        var fault = Refused(forged, macs, SealingKeys.Mac);

        Assert.StartsWith("secrets/values/runai-backend.age: values/runai-backend/password is not what an export", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_without_their_MACs_and_MACs_without_their_values_are_refused()
    {
        var macs = SealedFiles.Macs(Secrets, SealingKeys.Mac);
        var fewer = new Dictionary<string, SecretText>(Secrets);
        fewer.Remove("values/runai-backend/key");

        Assert.Contains("is not what an export", Refused(Secrets, null, SealingKeys.Mac).Message, StringComparison.Ordinal);
        Assert.Contains("is not what an export", Refused(Secrets, Encoding.UTF8.GetBytes("[]\n"), SealingKeys.Mac).Message, StringComparison.Ordinal);
        Assert.Contains("is not what an export", Refused(Secrets, macs, new SecretMac(new SecretText(new string('k', 32)))).Message, StringComparison.Ordinal);
        Assert.Contains("lacks values/runai-backend/key", Refused(fewer, macs, SealingKeys.Mac).Message, StringComparison.Ordinal);
    }

    private static RunAiDrException Refused(Dictionary<string, SecretText> values, byte[]? macs, SecretMac? mac)
    {
        var fault = Assert.Throws<RunAiDrException>(() => Values.Check(values, macs, mac));
        Assert.Equal(Fault.RestorePoint, fault.Fault);
        Assert.DoesNotContain("CANARY", fault.Message, StringComparison.Ordinal);
        return fault;
    }
}
