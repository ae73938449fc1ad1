using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using RunAiDr.Sandbox.Controllers;
using RunAiDr.Sandbox.Security;

namespace RunAiDr.Sandbox;

/// <summary>
/// A Kubernetes API server inside this process: loopback, TLS with a CA of its own, everything in memory. It answers as
/// the recorded exchanges of a real server do, as far as a restore and its rehearsal can tell.
/// </summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Certificates _certificates;
    private readonly ControlPlane _plane;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _controllers;

    private SandboxServer(WebApplication web, Certificates certificates, ControlPlane plane)
    {
        _web = web;
        _certificates = certificates;
        _plane = plane;
        Address = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First()
            ?? throw new InvalidOperationException("a started server has an address"));
        _controllers = plane.Reconciler.RunAsync(_stop.Token);
    }

    /// <summary><c>https://127.0.0.1:port</c>.</summary>
    public Uri Address { get; }

    /// <summary>A kubeconfig with the CA and a client certificate of <c>system:masters</c> inside; current context <c>sandbox</c>.</summary>
    public string Kubeconfig => KubeconfigFor(
        $"client-certificate-data: {Encode(_certificates.ClientPem)}\n    client-key-data: {Encode(_certificates.ClientKeyPem)}");

    /// <summary>The revision of the newest write.</summary>
    public long Revision => _plane.Store.Revision;

    /// <summary>The storage that <see cref="SandboxOptions.Snapshots"/> are kept in.</summary>
    public SnapshotStorage StoredSnapshots => _plane.Snapshots;

    /// <summary>Starts a server with the system namespaces in it; it answers when this returns.</summary>
    public static async Task<SandboxServer> StartAsync(SandboxOptions options, CancellationToken ct)
    {
        var certificates = new Certificates(options.Clock.GetUtcNow());
        var plane = new ControlPlane(options, certificates);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, options.Port, certificates));
        var web = builder.Build();
        web.UseWebSockets();
        web.Run(http => plane.Router.HandleAsync(http, http.RequestAborted));
        plane.CreateSystemNamespaces();
        await web.StartAsync(ct);
        return new SandboxServer(web, certificates, plane);
    }

    /// <summary>The same kubeconfig for a bearer token instead of the administrator.</summary>
    public string KubeconfigForToken(string token) => KubeconfigFor($"token: {token}");

    /// <summary>
    /// Puts a resource in as it is, status and uid included, replacing one of that name; no admission, no defaults. The
    /// namespace and the CRD it needs must be there.
    /// </summary>
    /// <exception cref="ArgumentException">Its kind is not served.</exception>
    public void Load(JsonObject resource) => _plane.Load(resource);

    /// <summary>Forgets old versions: lists and watches from older revisions are answered 410.</summary>
    public void Compact() => _plane.Store.Compact();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _controllers;
        using (var now = new CancellationTokenSource())
        {
            // Open watches end at once.
            await now.CancelAsync();
            await _web.StopAsync(now.Token);
        }

        await _web.DisposeAsync();
        _certificates.Dispose();
        _stop.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, int port, Certificates certificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestLineSize = 64 * 1024;
        kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificates.Server;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => certificates.Issued(certificate);
        }));
    }

    private static string Encode(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));

    private string KubeconfigFor(string user) => $"""
        apiVersion: v1
        kind: Config
        current-context: sandbox
        clusters:
        - name: sandbox
          cluster:
            server: {Address.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Encode(_certificates.AuthorityPem)}
        users:
        - name: sandbox
          user:
            {user}
        contexts:
        - name: sandbox
          context:
            cluster: sandbox
            user: sandbox

        """;
}
