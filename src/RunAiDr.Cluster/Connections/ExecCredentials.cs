using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Connections;

/// <summary>The credential a plugin gives, kept until it expires or the server answers 401.</summary>
internal sealed class ExecCredentials(ExecPlugin plugin, TimeProvider clock, X509Certificate2Collection? chain = null)
    : CredentialSource
{
    private readonly Lock _gate = new();
    private Task<(Credential Credential, DateTimeOffset Until)>? _run;

    public override bool Renews => true;

    public override async ValueTask<Credential> GetAsync(bool refused, CancellationToken ct)
    {
        var (credential, _) = await CurrentRun(refused).WaitAsync(ct);
        return credential;
    }

    // One run serves every request that waits for it; a failed or expired one is not kept.
    private Task<(Credential Credential, DateTimeOffset Until)> CurrentRun(bool refused)
    {
        lock (_gate)
        {
            var usable = _run is { IsCompleted: false }
                || (!refused && _run is { IsCompletedSuccessfully: true } run && clock.GetUtcNow() < run.Result.Until);
            return usable && _run is not null ? _run : _run = RunAsync();
        }
    }

    private async Task<(Credential Credential, DateTimeOffset Until)> RunAsync()
    {
        var output = await ExecRun.OutputAsync(plugin, clock, CancellationToken.None);
        try
        {
            var printed = WholeJson.ReadObject(output);
            if ((string?)printed["kind"] != "ExecCredential" || (string?)printed["apiVersion"] != plugin.ApiVersion)
            {
                throw ExecRun.Failure(plugin, $"did not print an ExecCredential of {plugin.ApiVersion}", "Update the plugin or apiVersion.");
            }

            return FromStatus(printed["status"] as JsonObject ?? []);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            // The cause is not passed on: it may quote the output.
            throw ExecRun.Failure(plugin, "did not print a readable ExecCredential", "Run it by hand and see what it prints.");
        }
    }

    private (Credential Credential, DateTimeOffset Until) FromStatus(JsonObject status)
    {
        var (token, certificate, key) = (Text(status, "token"), Text(status, "clientCertificateData"), Text(status, "clientKeyData"));
        if ((certificate is null) != (key is null) || (token is null && certificate is null))
        {
            throw ExecRun.Failure(plugin, "printed neither a token nor a client certificate with its key", "Log in with the plugin by hand.");
        }

        var given = certificate is null || key is null
            ? chain
            : PemFiles.ClientChain(Encoding.UTF8.GetBytes(certificate), Encoding.UTF8.GetBytes(key), plugin.Where, clock);
        var until = Text(status, "expirationTimestamp") is { } expiry
            ? DateTimeOffset.Parse(expiry, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : DateTimeOffset.MaxValue;
        return (token is null ? new Credential(given) : Credential.Bearer(token, plugin.Where, given), until);
    }

    private static string? Text(JsonObject status, string field) => (string?)status[field] is { Length: > 0 } text ? text : null;
}
