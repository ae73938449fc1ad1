using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Tests.Core.Secrets;

[Properties(Arbitrary = [typeof(RedactionProperties)], MaxTest = 3000)]
public class RedactionProperties
{
    private static readonly string[] Atoms =
    [
        "password", "token", "auth", ": ", "=", "\"", "'", "\\", "{", "}", "[", "]", ",", "\n", "  ", "- ", "|", ">", "\r\n", "\t",
        "http://", "u:", "p@", "host", "/", "?sig=", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----",
        "kind: Secret\n", "data:\n", "stringData: {", "Bearer ", "Basic ", "cGFzc3dvcmQ6IGFiYw==", "eyJ", "ghp_0123456789abcdefghijABCDEFGHIJ",
        "name: A_TOKEN", "value: x", "--password ", "<pw>", "</pw>", "SECRET:a,b", "${X", ":-", "$(", "{{", "}}", "ü", "日", "\U0001F680", "\0",
        "9f86d081884c7d659a2feaa0c55ad015", "xK9vQ2mZ7pL4wR8tY3nB", "a", "1", "_", ".", "@", "*", "%", "age1", "H4sIAAAA", "\ud800",
    ];

    public static Arbitrary<JsonObject> Documents() => Arb.From(
        from parts in Gen.ArrayOf(Gen.ArrayOf(Gen.Elements(Atoms), 8), 3)
        from name in Gen.Elements("note", "password", "data", "secretKeyRef", "env")
        select new JsonObject
        {
            [name] = Text(parts[0]),
            ["list"] = new JsonArray(Text(parts[1]), new JsonObject { ["name"] = "A_TOKEN", ["value"] = Text(parts[2]) }),
        });

    [Property]
    public bool What_is_put_back_gives_the_document_that_was_there(JsonObject document)
    {
        var redaction = Redact(document);
        var values = redaction.Secrets.ToDictionary(secret => secret.Name, secret => secret.Value, StringComparer.Ordinal);

        return SecretFilling.Fill((JsonObject)redaction.Document!, values).ToJsonString() == document.ToJsonString();
    }

    [Property]
    public bool Every_placeholder_has_its_value_and_its_reason(JsonObject document)
    {
        var redaction = Redact(document);
        var hidden = redaction.Decisions.Where(decision => decision.Verdict == SecretVerdict.Hidden).Select(decision => $"{decision.Document}/{decision.Path}");
        var names = redaction.Secrets.Select(secret => secret.Name).ToList();

        return SecretFilling.NamesIn((JsonObject)redaction.Document!).SequenceEqual(names.Order(StringComparer.Ordinal)) && hidden.SequenceEqual(names);
    }

    private static Redaction Redact(JsonObject document) =>
        Redactor.Values((JsonObject)document.DeepClone(), "values/x", SecretRules.None);

    // Half a surrogate pair is no text that a server sends.
    private static string Text(string[] atoms) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(string.Concat(atoms)));
}
