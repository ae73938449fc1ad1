using System.Globalization;

namespace RunAiDr.Core.Helm;

/// <summary>
/// The revisions of one release as its Secrets pass by: keeps only the best so far, which is the newest deployed one, or
/// without one the newest superseded one, or the newest at all.
/// </summary>
internal sealed class HelmRevisions
{
    private (int Rank, int Revision) _best = (-1, -1);
    private byte[] _secret = [];
    private string _where = "";

    public void Offer(IReadOnlyDictionary<string, string> labels, ReadOnlyMemory<byte> secret, string where)
    {
        var rank = labels.GetValueOrDefault("status") switch
        {
            HelmRelease.Deployed => 2,
            "superseded" => 1,
            _ => 0,
        };
        var version = labels.GetValueOrDefault("version");
        _ = int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var revision);
        if ((rank, revision).CompareTo(_best) > 0)
        {
            (_best, _secret, _where) = ((rank, revision), secret.ToArray(), where);
        }
    }

    /// <summary>The best revision; null when none was offered.</summary>
    /// <exception cref="RunAiDrException">Its Secret is damaged.</exception>
    public HelmRelease? Best() => _secret.Length == 0 ? null : HelmReleaseSecret.Decode(_secret, _where);
}
