using System.Net;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Export;
using RunAiDr.Core.Sync;

namespace RunAiDr.Cli.Configuration;

/// <summary>The configuration file, validated. Each property is a row of the README's table.</summary>
internal sealed record DrConfig
{
    /// <summary>The clusters whose state this repository keeps; at least one.</summary>
    public required IReadOnlyList<ClusterConfig> Clusters { get; init; }

    /// <summary>Path of the DR repository, absolute or relative to the configuration file.</summary>
    public required string Repository { get; init; }

    /// <summary>Branch of record.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>Author of the commits.</summary>
    public string AuthorName { get; init; } = "runai-dr";

    /// <summary>E-mail address of the author.</summary>
    public string AuthorEmail { get; init; } = "runai-dr@localhost";

    /// <summary>When an export stops for confirmation.</summary>
    public DeletionGuard DeletionGuard { get; init; } = new();

    /// <summary>The pace of continuous export.</summary>
    public SyncConfig Sync { get; init; } = new(Defaults.Settle, Defaults.MaxWait, Defaults.Resync);

    /// <summary>Where <c>sync</c> serves its probes and metrics, and to whom.</summary>
    public WebConfig Web { get; init; } = new(new IPEndPoint(IPAddress.Loopback, 8080));

    /// <summary>Where <c>sync</c> pushes to; nowhere when absent.</summary>
    public RemoteConfig? Remote { get; init; }

    /// <summary>Where people review drift before it becomes the state of record; it becomes so at once when absent.</summary>
    public ReviewConfig? Review { get; init; }

    /// <summary>For whom secrets are encrypted; they are left out when absent.</summary>
    public SealingConfig? Sealing { get; init; }

    /// <summary>Whether replicas of <c>sync</c> elect the one that writes.</summary>
    public LeaderElectionConfig LeaderElection { get; init; } = new(false, null, "runai-dr");

    /// <summary>When <c>sync</c> makes checkpoints; never when absent.</summary>
    public CheckpointSchedule? Schedule { get; init; }

    /// <summary>When <c>sync</c> rehearses the newest checkpoint; never when absent.</summary>
    public CheckpointSchedule? Rehearsals { get; init; }

    /// <summary>Which checkpoints are kept; all unless set.</summary>
    public RetentionPolicy Retention { get; init; } = new();

    /// <summary>What signs the commits and tags, and whose signatures count.</summary>
    public SignatureConfig Signatures { get; init; } = new();

    /// <summary>Who is told by <c>sync</c> when something goes wrong; nobody when empty.</summary>
    public IReadOnlyList<NotificationConfig> Notifications { get; init; } = [];

    private static SyncOptions Defaults { get; } = new() { Cluster = "" };
}

/// <summary>One cluster: its name, its files of scope and secret rules (those built in for Run:ai when absent) and how it is reached (kubectl's own rules when absent).</summary>
internal sealed record ClusterConfig(string Name)
{
    public string? Scope { get; init; }

    public string? SecretRules { get; init; }

    public string? Kubeconfig { get; init; }

    public string? Context { get; init; }

    public SnapshotConfig Snapshots { get; init; } = new();

    public RestoreConfig Restore { get; init; } = new();
}

/// <summary>See <see cref="SyncOptions"/>.</summary>
internal sealed record SyncConfig(TimeSpan Settle, TimeSpan MaxWait, TimeSpan Resync);

/// <summary>A Git remote and what it asks for; secrets are files, read again at each use.</summary>
internal sealed record RemoteConfig(string Url)
{
    public string? Username { get; init; }

    public string? TokenFile { get; init; }

    public string? CaFile { get; init; }

    public string? Proxy { get; init; }

    public string? SshKeyFile { get; init; }

    public string? PassphraseFile { get; init; }

    public string? KnownHostsFile { get; init; }
}

/// <summary>The Lease that replicas compete for; the pod's own namespace when none is named.</summary>
internal sealed record LeaderElectionConfig(bool Enabled, string? Namespace, string Name);
