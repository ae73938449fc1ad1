using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Service.Web;

/// <summary>Whether somebody may see something.</summary>
internal enum Verdict
{
    Granted,

    /// <summary>No token, or one of nobody.</summary>
    Unknown,

    /// <summary>A good token of somebody without the right.</summary>
    Refused,

    /// <summary>Who decides does not answer.</summary>
    Undecided,
}

/// <summary>Decides whether the holder of a token may see a path.</summary>
internal delegate ValueTask<Verdict> Judge(SecretText token, string path, CancellationToken ct);
