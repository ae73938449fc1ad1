using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Secrets.Sealing;

/// <summary>A file of encrypted secrets in a state tree, as somebody who opens it needs to know it.</summary>
/// <param name="Document">Path of the document that the secrets are of.</param>
/// <param name="Extension">That of the cipher.</param>
public sealed record SealedFile(string Document, string Extension)
{
    private const string OtherKey =
        "Another HMAC key may have been in use then: name the key of that time in secrets.hmacKeyFile. Otherwise somebody wrote it: restore from an older commit, and look who (git log); --without-secrets leaves encrypted values out.";

    private const string Remedy = "Restore from an older commit, and look who changed it (git log); --without-secrets leaves encrypted values out.";

    public string Path => SealedFiles.PathOf(Document, Extension);

    public string MacsPath => SealedFiles.MacsPathOf(Document);

    /// <summary>Those of a state tree, in ordinal order of their paths.</summary>
    public static IReadOnlyList<SealedFile> In(IStateTree tree) =>
    [
        .. from file in tree.Files
           where file.IsRegular && !SealedFiles.IsMacs(file.Path) && !SealedFiles.IsSeal(file.Path)
           let document = SealedFiles.DocumentOf(file.Path)
           where document is not null
           select new SealedFile(document, file.Path[SealedFiles.PathOf(document, "").Length..]),
    ];

    /// <summary>
    /// Makes sure that every value is one of the document's and, where there is a key, that it is what an export saw: whoever
    /// knows the public keys can encrypt something else.
    /// </summary>
    /// <param name="values">What the file holds.</param>
    /// <param name="macs">Content of <see cref="MacsPath"/>; null when it is not there.</param>
    /// <param name="mac">Null where the key is not at hand.</param>
    /// <exception cref="RunAiDrException">It is something else. The message says no value.</exception>
    public void Check(IReadOnlyDictionary<string, SecretText> values, byte[]? macs, SecretMac? mac)
    {
        var beginning = PlaceholderNames.BeginningIn(Document);
        if (values.Keys.FirstOrDefault(name => !name.StartsWith(beginning, StringComparison.Ordinal)) is { } foreign)
        {
            throw Wrong($"{Path} holds {foreign}, which is no value of {Document}: somebody moved or wrote it");
        }

        if (mac is null)
        {
            return;
        }

        var known = macs is null ? [] : YamlReader.Read(macs, MacsPath, Fault.RestorePoint) as JsonObject ?? [];
        foreach (var (name, value) in values)
        {
            if (known.Text(name) != mac.Of(name, value))
            {
                throw Wrong($"{Path}: {name} is not what an export with this HMAC key wrote (see {MacsPath})", OtherKey);
            }
        }

        if (known.Select(entry => entry.Key).FirstOrDefault(name => !values.ContainsKey(name)) is { } lacking)
        {
            throw Wrong($"{Path} lacks {lacking}, which {MacsPath} names");
        }
    }

    private static RunAiDrException Wrong(string message, string remedy = Remedy) => new(Fault.RestorePoint, Visible.Text(message) + ".", remedy);
}
