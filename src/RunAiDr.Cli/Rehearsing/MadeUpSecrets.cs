using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>
/// Values for secrets that nobody supplied. They look as random as real ones, so that an export finds them again; nobody
/// else ever gets them.
/// </summary>
internal static class MadeUpSecrets
{
    private static readonly string[] RegistryKeys = [".dockerconfigjson", ".dockercfg"];

    public static IEnumerable<KeyValuePair<string, SecretText>> For(IEnumerable<string> names) =>
        names.Select(name => KeyValuePair.Create(name, new SecretText(Value(name))));

    // The API server wants these to be JSON.
    private static string Value(string name) =>
        Array.Exists(RegistryKeys, key => name.EndsWith(key, StringComparison.Ordinal))
            ? """{"auths":{}}"""
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"rehearsal {name}")));
}
