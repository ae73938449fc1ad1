using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RunAiDr.Core.Secrets;
using RunAiDr.Git;
using RunAiDr.Sandbox.Envtest;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git.Remote;

/// <summary>The real <c>git http-backend</c> behind the real nginx, with TLS and basic authentication.</summary>
internal sealed class GitHttpServer : IAsyncDisposable
{
    public const string Missing = "`build/build.sh Test` installs it.";

    public const string Token = "hunter2-token";

    private readonly TestDirectory _directory = new();
    private readonly List<BackgroundProgram> _processes = [];

    public int Port { get; } = FreePort.Next();

    public string AuthorityFile => _directory.File("ca.pem");

    public string Url => $"https://localhost:{Port}/git/remote.git";

    public static async Task<GitHttpServer> StartAsync(RemoteWorld world)
    {
        var server = new GitHttpServer();
        server.WriteCertificates();
        await File.WriteAllTextAsync(server._directory.File("users"), $"git:{{PLAIN}}{Token}\n");
        await File.WriteAllTextAsync(server._directory.File("nginx.conf"), server.Configuration(Path.GetDirectoryName(world.Path)!));
        server._processes.Add(BackgroundProgram.Start("/usr/sbin/fcgiwrap", ["-s", "unix:" + server._directory.File("cgi.sock")], Missing));
        server._processes.Add(BackgroundProgram.Start(
            "/usr/sbin/nginx", ["-p", server._directory.Path, "-c", server._directory.File("nginx.conf"), "-e", "stderr"], Missing));
        await WaitAsync(server.Port, server._processes);
        return server;
    }

    public GitRemoteOptions Reach(GitRemoteOptions options) => options with
    {
        Url = Url,
        AuthorityFile = AuthorityFile,
        Password = () => new SecretText(Token + "\n"),
    };

    /// <summary>Waits until somebody listens there.</summary>
    public static async Task WaitAsync(int port, IEnumerable<BackgroundProgram> processes)
    {
        for (var attempt = 0; ; attempt++)
        {
            foreach (var process in processes)
            {
                process.ThrowIfEnded();
            }

            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (attempt < 200)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private string Configuration(string projects) => $$"""
        daemon off;
        master_process off;
        pid {{_directory.File("nginx.pid")}};
        events {}
        http {
          access_log off;
          client_body_temp_path {{_directory.File("body")}};
          proxy_temp_path {{_directory.File("proxy")}};
          fastcgi_temp_path {{_directory.File("fastcgi")}};
          uwsgi_temp_path {{_directory.File("uwsgi")}};
          scgi_temp_path {{_directory.File("scgi")}};
          server {
            listen 127.0.0.1:{{Port}} ssl;
            ssl_certificate {{_directory.File("server.pem")}};
            ssl_certificate_key {{_directory.File("server.key")}};
            client_max_body_size 4m;
            location /page { default_type text/html; return 200 "<html>Welcome</html>"; }
            location /forbidden { return 403; }
            location /moved { return 301 https://elsewhere.example.org$request_uri; }
            location /broken { return 502; }
            location ~ ^/git(/.*)$ {
              auth_basic "Git";
              auth_basic_user_file {{_directory.File("users")}};
              fastcgi_pass unix:{{_directory.File("cgi.sock")}};
              fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
              fastcgi_param GIT_PROJECT_ROOT {{projects}};
              fastcgi_param GIT_HTTP_EXPORT_ALL 1;
              fastcgi_param PATH_INFO $1;
              fastcgi_param QUERY_STRING $query_string;
              fastcgi_param REQUEST_METHOD $request_method;
              fastcgi_param CONTENT_TYPE $content_type;
              fastcgi_param CONTENT_LENGTH $content_length;
              fastcgi_param REMOTE_USER $remote_user;
              fastcgi_param REMOTE_ADDR $remote_addr;
            }
          }
        }
        """;

    // The certificate is for the name localhost only, so that 127.0.0.1 is another host.
    private void WriteCertificates()
    {
        var (from, to) = (DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(79));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, to, [1, 2, 3, 4]);

        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
        File.WriteAllText(_directory.File("server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_directory.File("server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
