namespace RunAiDr.Core.Runbook;

/// <summary>Who is likely to have a secret value: by what it is for, in one table.</summary>
internal static class SecretOwner
{
    private const string Vault = "the vault of the operators, or the old cluster";

    // The first that fits decides. The texts are looked for in the field, in lower case.
    private static readonly (string[] Texts, string Answer)[] OfValues =
    [
        (["clientsecret"], "the vault, or the restored control plane: see below"),
        (["tenantsmanager"], "the vault; it is only the first password of the first administrator"),
        (["keycloak"], "the vault, or Secret `runai-backend-keycloakx` of the old cluster; the saved database has the same one"),
        (["postgres", "dbpassword", "db.password"], "the vault, or the database's Secret on the old cluster; the saved database keeps this password"),
        (["smtp", "email"], "who runs the mail server"),
        (["https.key", "tls", "privatekey"], "the owner of the certificate"),
        (["proxy"], "who runs the proxy"),
        (["registry", "dockerconfig", "pullsecret"], "the owner of the image registry (for `nvcr.io`, the API key of NGC)"),
    ];

    public static bool IsClientSecret(SecretNeed need) =>
        need.Release is not null && need.Field.EndsWith("controlPlane.clientSecret", StringComparison.Ordinal);

    public static string Of(SecretNeed need) => need switch
    {
        { Release: not null } => OfField(need.Field),
        { Key: { Group: "", Plural: "secrets" } key } => OfSecret(key.Name.ToLowerInvariant(), need.Type ?? ""),
        _ => Vault,
    };

    private static string OfField(string field)
    {
        var lower = field.ToLowerInvariant();
        return Array.Find(OfValues, row => row.Texts.Any(text => lower.Contains(text, StringComparison.Ordinal))).Answer ?? Vault;
    }

    private static string OfSecret(string name, string type) => type switch
    {
        "kubernetes.io/dockerconfigjson" or "kubernetes.io/dockercfg" => "the owner of the image registry (NGC), or the old cluster",
        "kubernetes.io/tls" => "the owner of the certificate, or the old cluster",
        "kubernetes.io/ssh-auth" => "the owner of the repository or host, or the old cluster",
        _ when name is "runai-reg-creds" or "gcr-secret" => "the owner of the image registry (NGC), or the old cluster",
        _ when name.Contains("tls", StringComparison.Ordinal) => "the owner of the certificate, or the old cluster",
        _ when name.EndsWith("-ca", StringComparison.Ordinal) || name.Contains("ca-cert", StringComparison.Ordinal) =>
            "the certificate authority, or the old cluster",
        _ => "who made the Secret, or the old cluster",
    };
}
