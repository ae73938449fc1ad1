using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RunAiDr.Core.Review;
using RunAiDr.Core.Secrets;
using RunAiDr.Forges;
using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Support;

/// <summary>
/// A forge on a loopback port with https: it refuses what its published description does not have, keeps pull requests,
/// and fails as it is told to.
/// </summary>
internal sealed class ForgeServer : IAsyncDisposable
{
    public const string Token = "forge-token-canary-4711";

    private readonly ForgeKind _kind;
    private readonly ForgeSchema _schema;
    private readonly WebApplication _web;
    private readonly TestDirectory _directory = new();
    private readonly Lock _gate = new();

    private ForgeServer(ForgeKind kind, TestAuthority authority)
    {
        _kind = kind;
        _schema = new ForgeSchema(kind.ToString().ToLowerInvariant());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(authority.Issue("localhost"))));
        _web = builder.Build();
        _web.Run(AnswerAsync);
        CaFile = _directory.File("ca.pem");
        File.WriteAllText(CaFile, authority.Pem);
    }

    public string Repository => _kind == ForgeKind.GitLab ? "group/sub/dr" : "owner/dr";

    public string CaFile { get; }

    public Uri Address { get; private set; } = new("https://127.0.0.1/");

    public List<ForgePull> Pulls { get; } = [];

    /// <summary>Method and path of each request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Requests that are none of this API, and answers that would be none.</summary>
    public ConcurrentQueue<string> Refusals { get; } = new();

    /// <summary>What the next requests get instead of an answer; null lets one through.</summary>
    public ConcurrentQueue<Func<HttpContext, Task>?> Failures { get; } = new();

    /// <summary>Whether one branch has commits that the other lacks.</summary>
    public Func<string, string, bool> HasCommits { get; set; } = (_, _) => true;

    public int PageSize { get; set; } = 100;

    public static async Task<ForgeServer> StartAsync(ForgeKind kind)
    {
        var server = new ForgeServer(kind, new TestAuthority());
        await server._web.StartAsync();
        server.Address = new Uri($"https://127.0.0.1:{new Uri(server._web.Urls.First()).Port}/");
        return server;
    }

    public ForgeOptions Options() => new()
    {
        Kind = _kind,
        Address = Address,
        Repository = Repository,
        Token = () => new SecretText(Token),
        AuthorityFile = CaFile,
    };

    public IForge Open(TimeProvider? clock = null) => Forge.Open(Options(), clock ?? TimeProvider.System);

    public void Fail(int status, string body = "{\"message\":\"no\"}", params (string Name, string Value)[] headers) => Failures.Enqueue(context =>
    {
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        return WriteAsync(context, status, body);
    });

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _directory.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // As it was sent: a decoded path would have other parts.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?')[0];
        Requests.Enqueue($"{context.Request.Method} {path}");
        if (Failures.TryDequeue(out var failure) && failure is not null)
        {
            await failure(context);
            return;
        }

        var header = _schema.Authorization;
        if (context.Request.Headers[header[0]] != header[1] + Token)
        {
            await WriteAsync(context, 401, "{\"message\":\"Bad credentials\"}");
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync();
        var body = text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject;
        var query = context.Request.Query.ToDictionary(one => one.Key, one => one.Value.ToString(), StringComparer.Ordinal);
        if (!path.StartsWith(_schema.Base, StringComparison.Ordinal)
            || _schema.RefusalOf(context.Request.Method, path[_schema.Base.Length..], query, body) is not null)
        {
            Refusals.Enqueue($"{context.Request.Method} {target} {text}");
            await WriteAsync(context, 400, "{\"message\":\"not of this API\"}");
            return;
        }

        var parts = path[(_schema.Base.Length + 1)..].Split('/').Select(Uri.UnescapeDataString).ToArray();
        if (string.Join('/', _kind == ForgeKind.GitLab ? parts[1..2] : parts[1..3]) != Repository)
        {
            await WriteAsync(context, 404, "{\"message\":\"Not Found\"}");
            return;
        }

        await DoAsync(context, [.. parts.Skip(_kind == ForgeKind.GitLab ? 2 : 3)], query, body ?? []);
    }

    private async Task DoAsync(HttpContext context, string[] what, Dictionary<string, string> query, JsonObject body)
    {
        if (what.Length == 1)
        {
            await (context.Request.Method == "GET" ? ListAsync(context, query) : CreateAsync(context, body));
        }
        else if (Pulls.Find(one => one.Number == int.Parse(what[1], CultureInfo.InvariantCulture)) is not { } pull)
        {
            await WriteAsync(context, 404, "{\"message\":\"Not Found\"}");
        }
        else if (what.Length == 2)
        {
            Edit(pull, body);
            await AnswerAsync(context, _kind == ForgeKind.Gitea ? 201 : 200, Json(pull, isListed: false));
        }
        else if (context.Request.Method == "GET")
        {
            await AnswerPageAsync(context, query, pull.Comments, Comment);
        }
        else
        {
            pull.Comments.Add((string)body["body"]!);
            await AnswerAsync(context, 201, Comment(pull.Comments[^1]));
        }
    }

    private Task ListAsync(HttpContext context, Dictionary<string, string> query)
    {
        var found = Pulls.Where(pull => query["state"] switch
        {
            "open" or "opened" => pull.IsOpen && !pull.IsLocked,
            "locked" => pull.IsLocked,
            "closed" => !pull.IsOpen && !(pull.IsMerged && _kind == ForgeKind.GitLab),
            _ => true,
        }).Where(pull => IsAsked(query, pull)).OrderByDescending(pull => pull.Number).ToList();
        return AnswerPageAsync(context, query, found, pull => Json(pull, isListed: true));
    }

    private Task AnswerPageAsync<T>(HttpContext context, Dictionary<string, string> query, IReadOnlyList<T> found, Func<T, JsonObject> json)
    {
        var asked = query.GetValueOrDefault("per_page") ?? query.GetValueOrDefault("limit");
        var size = asked is null ? int.MaxValue / 2 : Math.Min(PageSize, int.Parse(asked, CultureInfo.InvariantCulture));
        var page = int.Parse(query.GetValueOrDefault("page") ?? "1", CultureInfo.InvariantCulture);
        if (found.Count > page * size)
        {
            // Where the forge believes to be is often not where it is reached.
            context.Response.Headers.Link = $"<https://wrong.example/next?page={page + 1}>; rel=\"next\", <https://wrong.example/last>; rel=\"last\"";
        }

        return AnswerAsync(context, 200, new JsonArray([.. found.Skip((page - 1) * size).Take(size).Select(json)]));
    }

    // Every filter that the description has, does what it says.
    private static bool IsAsked(Dictionary<string, string> query, ForgePull pull) =>
        (!query.TryGetValue("head", out var head) || head == $"owner:{pull.Head}")
        && (!query.TryGetValue("base", out var into) || into == pull.Base)
        && (!query.TryGetValue("source_branch", out var source) || source == pull.Head)
        && (!query.TryGetValue("target_branch", out var target) || target == pull.Base);

    private Task CreateAsync(HttpContext context, JsonObject body)
    {
        var (head, into) = ((string)(body["head"] ?? body["source_branch"])!, (string)(body["base"] ?? body["target_branch"])!);
        lock (_gate)
        {
            if (Pulls.Exists(pull => pull.IsOpen && !pull.IsOfFork && pull.Head == head && pull.Base == into))
            {
                return _kind == ForgeKind.GitHub
                    ? WriteAsync(context, 422, "{\"message\":\"Validation Failed\",\"errors\":[{\"message\":\"A pull request already exists\"}]}")
                    : WriteAsync(context, 409, "{\"message\":[\"Another open merge request already exists\"]}");
            }

            if (!HasCommits(head, into))
            {
                return WriteAsync(context, 422, $"{{\"message\":\"Validation Failed\",\"errors\":[{{\"message\":\"No commits between {into} and {head}\"}}]}}");
            }

            var made = new ForgePull(Pulls.Count + 1, head, into);
            Edit(made, body);
            made.Updates = 0;
            Pulls.Add(made);
            return AnswerAsync(context, 201, Json(made, isListed: false));
        }
    }

    private static void Edit(ForgePull pull, JsonObject body)
    {
        pull.Title = (string?)body["title"] ?? pull.Title;
        pull.Body = (string?)(body["body"] ?? body["description"]) ?? pull.Body;
        pull.IsOpen = (string?)(body["state"] ?? body["state_event"]) is { } state ? state is "open" or "reopen" : pull.IsOpen;
        pull.Updates++;
    }

    private JsonObject Json(ForgePull pull, bool isListed) => pull.ToJson(_kind, isListed, Repository, Address);

    private JsonObject Comment(string body) => _kind == ForgeKind.GitLab
        ? new JsonObject { ["id"] = 1, ["body"] = body, ["system"] = false }
        : new JsonObject { ["id"] = 1, ["body"] = body };

    private Task AnswerAsync(HttpContext context, int status, JsonNode answer)
    {
        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0][_schema.Base.Length..];
        if (_schema.DefectOf(context.Request.Method, path, answer) is { } defect)
        {
            Refusals.Enqueue(defect);
        }

        return WriteAsync(context, status, answer.ToJsonString());
    }

    private static Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask();
    }
}
