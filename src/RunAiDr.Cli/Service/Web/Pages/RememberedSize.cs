namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>About how many bytes a thing takes that is remembered: by its texts, which are most of it.</summary>
internal static class RememberedSize
{
    // The head of an object, its fields, and the place where it is listed.
    private const long Object = 96;
    private const long Entry = 512;

    public static long Of(object key, object value) => Entry + Text(key.ToString()) + value switch
    {
        HistoryFacts facts => facts.Entries.Sum(entry => Entry + Text(entry.Subject) + Texts(entry.Actors) + Texts(entry.Changes.Select(change => change.Path))),
        DriftFacts facts => facts.Dangers.Sum(danger => Object + Text(danger.Path) + Text(danger.Danger)) + facts.Groups.SelectMany(group => group.Items).Sum(item => Entry + Text(item.Path) + Texts([.. item.Dangers, .. item.Fields, .. item.Diff])),
        CommitDangers { Found: { } dangers } => dangers.Sum(danger => Object + Text(danger.Path) + Text(danger.Danger)),
        RestorePointContent content => Texts(
        [
            .. content.Secrets, .. content.EncryptedSecrets, .. content.Problems,
            .. content.Kinds.Concat(content.Namespaces).Select(count => count.Name),
            .. content.Releases.Select(release => $"{release}"), .. content.Snapshots.Select(snapshot => $"{snapshot}"),
        ]),
        _ => Text(value.ToString()),
    };

    private static long Texts(IEnumerable<string> texts) => texts.Sum(text => Object + Text(text));

    private static long Text(string? text) => sizeof(char) * (text?.Length ?? 0);
}
