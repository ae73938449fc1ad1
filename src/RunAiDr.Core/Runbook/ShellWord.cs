using RunAiDr.Core.State;

namespace RunAiDr.Core.Runbook;

/// <summary>
/// What the commands of the page take from the shell. Each refuses to be empty: helm and kubectl take an empty context
/// for the current one, which may be that of another cluster.
/// </summary>
internal static class ShellWord
{
    public const string Repository = "\"${repo:?}\"";
    public const string Old = "\"${old:?}\"";
    public const string New = "\"${new:?}\"";
    public const string Checkpoint = "\"${checkpoint:?}\"";

    /// <summary>The tag of the checkpoint that was chosen.</summary>
    public static string Tag(RestorePointInfo info) => $"\"{ChosenTag(info)}\"";

    /// <summary>A path of the cluster's folder in the checkpoint that was chosen.</summary>
    public static string Saved(RestorePointInfo info, string path) => $"\"{ChosenTag(info)}:clusters/{info.Cluster}/{path}\"";

    private static string ChosenTag(RestorePointInfo info) => $"dr/{info.Cluster}/${{checkpoint:?}}";
}
