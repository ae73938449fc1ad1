using RunAiDr.Core.State;

namespace RunAiDr.Git.History;

/// <summary>One commit of a cluster's folder: when it was made, in seconds since 1970, and the files that it changed.</summary>
internal sealed record HistoryStep(string Commit, long At, IReadOnlyList<StateChange> Changes);
