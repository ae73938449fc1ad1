namespace RunAiDr.Cluster.Connections;

/// <summary>
/// How long the client waits: for the connection, for the first byte of an answer, for the next bytes of a body, and
/// for one whole answer.
/// </summary>
public sealed record ClusterTimeouts(TimeSpan Connect, TimeSpan Answer, TimeSpan Idle, TimeSpan Whole)
{
    /// <summary>The server itself ends ordinary requests after 60 s.</summary>
    public static ClusterTimeouts Default { get; } = new(
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(65), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10));
}
