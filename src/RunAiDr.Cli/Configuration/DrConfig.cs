using RunAiDr.Core.Export;

namespace RunAiDr.Cli.Configuration;

/// <summary>The configuration file, validated. Each property is a row of the README's table.</summary>
internal sealed record DrConfig
{
    /// <summary>Name of the cluster: its folder in the DR repository.</summary>
    public required string Cluster { get; init; }

    /// <summary>Path of the DR repository, absolute or relative to the configuration file.</summary>
    public required string Repository { get; init; }

    /// <summary>Branch of record.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>Scope file, absolute or relative to the configuration file; the built-in Run:ai scope when absent.</summary>
    public string? Scope { get; init; }

    /// <summary>Kubeconfig file; kubectl's own rules when absent.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Context in the kubeconfig; its current context when absent.</summary>
    public string? Context { get; init; }

    /// <summary>Author of the commits.</summary>
    public string AuthorName { get; init; } = "runai-dr";

    /// <summary>E-mail address of the author.</summary>
    public string AuthorEmail { get; init; } = "runai-dr@localhost";

    /// <summary>When an export stops for confirmation.</summary>
    public DeletionGuard DeletionGuard { get; init; } = new();
}
