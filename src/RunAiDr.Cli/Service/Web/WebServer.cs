using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core;

namespace RunAiDr.Cli.Service.Web;

/// <summary>
/// What the service tells over HTTP, to be read only. On loopback in plain; anywhere else with TLS, and with a bearer
/// token for whatever is worth one.
/// </summary>
internal sealed class WebServer(WebConfig config, ProcessContext process, ILogger log)
{
    private static readonly TimeSpan Handshake = TimeSpan.FromSeconds(5);

    /// <param name="status">How the service stands.</param>
    /// <param name="state">What the pages show of the repository.</param>
    /// <param name="reviews">Decides about tokens where the configuration has no file of them.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="RunAiDrException">The address is taken or not this machine's; certificate or tokens file are wrong.</exception>
    public async Task<WebApplication> StartAsync(Func<ServiceStatus> status, StateReader state, Judge reviews, CancellationToken ct)
    {
        var access = new Access(JudgeOf(reviews));
        var certificate = CertificateOf();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Limit(kestrel.Limits);
            kestrel.AddServerHeader = false;
            kestrel.Listen(config.Listen, listen => Secure(listen, certificate));
        });
        builder.Services.AddRoutingCore();
        Probes.Add(builder.Services);
        var web = builder.Build();
        web.UseRouting();
        web.Use(new Gate(access, config.Certificate is not null).PassAsync);
        Probes.Map(web, status, access);
        new Dashboard(status, state, process.Clock).Map(web, web.Lifetime.ApplicationStopping);
        try
        {
            await web.StartAsync(ct);
        }
        catch (IOException failure)
        {
            await web.DisposeAsync();
            throw new RunAiDrException(
                Fault.Configuration, $"Cannot listen on {config.Listen}: {failure.Message}", "Choose another address with `listen` in the configuration.", failure);
        }

        log.Listening(config.IsExposed ? "https" : "http", config.Listen);
        return web;
    }

    /// <summary>Requests are small and soon over; who is slow must not keep a probe from being answered.</summary>
    private static void Limit(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = 2_000;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestLineSize = 4 * 1024;
        limits.MaxRequestHeaderCount = 64;

        // Tokens with many groups are long.
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.Http2.MaxRequestHeaderFieldSize = 16 * 1024;
        limits.Http2.MaxStreamsPerConnection = 16;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);

        // Longer than the usual pause of a Prometheus.
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(65);
    }

    private static void Secure(ListenOptions listen, Func<SslStreamCertificateContext>? certificate)
    {
        listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
        if (certificate is not null)
        {
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = Handshake,
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate(),
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                }),
            });
        }
    }

    private Judge? JudgeOf(Judge reviews) => config switch
    {
        { IsExposed: false } => null,
        { TokensFile: { } file } => new AccessTokens(file, process.Clock, log).JudgeAsync,
        _ => reviews,
    };

    private Func<SslStreamCertificateContext>? CertificateOf()
    {
        var certificate = new ServingCertificate(log);
        return config switch
        {
            { IsExposed: false } => null,
            { Certificate: { } files } => certificate.Of(files, process.Clock),
            _ => certificate.Make(process.Host, process.Clock.GetUtcNow()),
        };
    }
}
