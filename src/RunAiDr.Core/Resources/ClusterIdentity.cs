namespace RunAiDr.Core.Resources;

/// <summary>
/// Which cluster this is. <paramref name="Uid"/> is the UID of namespace kube-system, null when it may not be read;
/// <paramref name="Distribution"/> is <c>kubernetes</c> or <c>openshift</c>.
/// </summary>
public sealed record ClusterIdentity(string? Uid, string Version, string Distribution);
