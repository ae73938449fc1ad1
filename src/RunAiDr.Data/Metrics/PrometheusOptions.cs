using System.Net;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Data.Metrics;

/// <summary>Which Prometheus or Thanos query, and who asks.</summary>
public sealed record PrometheusOptions
{
    /// <summary>Where its API begins, without <c>/api/v1</c>.</summary>
    public required Uri Url { get; init; }

    /// <summary>Address and port to connect to instead, where a tunnel leads to the host of <see cref="Url"/>.</summary>
    public IPEndPoint? Dial { get; init; }

    /// <summary>Why the tunnel that <see cref="Dial"/> leads into broke last; null where there is none or none broke.</summary>
    public Func<string?>? Trouble { get; init; }

    /// <summary>PEM file of the authorities to trust; null trusts those of the system.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Read again at each request; null where the server asks for none.</summary>
    public Func<SecretText?>? BearerToken { get; init; }

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
