using RunAiDr.Cli.Service.Notifications;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Configuration;

/// <summary>One receiver of notifications. Its address may hold a token, so it is a secret like any.</summary>
internal sealed record NotificationConfig(string Name)
{
    /// <summary>As the configuration gives it; null when <see cref="UrlFile"/> does.</summary>
    public SecretText? Url { get; init; }

    public string? UrlFile { get; init; }

    /// <summary>Whether it takes messages as Slack does, and not the fields.</summary>
    public bool IsSlack { get; init; }

    /// <summary>The key that signs what is sent; nothing does when absent.</summary>
    public string? SecretFile { get; init; }

    /// <summary>Authorities to trust; those of the system when absent.</summary>
    public string? CaFile { get; init; }

    public IReadOnlyList<string> Events { get; init; } = NotificationEvent.All;

    private const string List = "notifications";
    private const string Slack = "slack";
    private const string Json = "json";
    private const string Refusal = "not an https address without a password in it (http for this machine only)";

    public static readonly string[] Keys =
    [
        $"{List}[].name", $"{List}[].url", $"{List}[].urlFile", $"{List}[].format", $"{List}[].secretFile", $"{List}[].caFile", $"{List}[].events[]",
    ];

    public static IReadOnlyList<NotificationConfig> Read(ConfigValues values)
    {
        var receivers = Enumerable.Range(0, values.CountOf(List)).Select(i => Read(values, $"{List}[{i}].")).ToArray();
        foreach (var twice in receivers.GroupBy(receiver => receiver.Name, StringComparer.Ordinal).Where(same => same.Key.Length > 0 && same.Count() > 1))
        {
            values.Mistake($"{List}[0].name", $"{List}: {twice.Key} is listed twice");
        }

        return receivers;
    }

    /// <summary>Where to send to now.</summary>
    /// <exception cref="RunAiDrException">The file cannot be read, or holds no such address.</exception>
    public Uri Address()
    {
        var text = UrlFile is { } file ? Configuration.SecretFile.Read(file, $"{List}.urlFile") : Url;
        return AddressIn(text?.Reveal().Trim()) ?? throw new RunAiDrException(
            Fault.Configuration, $"The address of {Name} is {Refusal}", $"Correct what `{List}.urlFile` names.");
    }

    /// <summary>What signs now; null without a file of it.</summary>
    /// <exception cref="RunAiDrException">The file cannot be read, or is empty.</exception>
    public SecretText? Key()
    {
        if (SecretFile is not { } file)
        {
            return null;
        }

        var key = Configuration.SecretFile.Read(file, $"{List}.secretFile");
        return key.RevealBytes().Length > 0 ? key : throw new RunAiDrException(
            Fault.Configuration, $"{file} holds no key to sign with", "Make one: openssl rand -hex 32.");
    }

    private static NotificationConfig Read(ConfigValues values, string prefix)
    {
        var name = values.Text(prefix + "name") ?? values.Missing(prefix + "name");
        if (name.Length > 0 && !ClusterName.IsLegal(name))
        {
            values.Mistake(prefix + "name", $"{name}: the name of a receiver has {ClusterName.Rule}");
        }

        var (url, file) = (values.Text(prefix + "url"), values.FilePath(prefix + "urlFile"));
        if ((url is null) == (file is null))
        {
            values.Mistake(prefix + "name", $"{prefix}url or {prefix}urlFile: exactly one of them is needed");
        }
        else if (url is not null && AddressIn(url) is null)
        {
            values.Mistake(prefix + "url", $"{prefix}url: {Refusal}");
        }

        if (values.Text(prefix + "format") is { } format && format is not (Json or Slack))
        {
            values.Mistake(prefix + "format", $"{format}: not one of {Json}, {Slack}");
        }

        return new NotificationConfig(name)
        {
            Url = url is null ? null : new SecretText(url),
            UrlFile = file,
            IsSlack = values.Text(prefix + "format") == Slack,
            SecretFile = values.FilePath(prefix + "secretFile"),
            CaFile = values.FilePath(prefix + "caFile"),
            Events = EventsOf(values, prefix + "events"),
        };
    }

    private static IReadOnlyList<string> EventsOf(ConfigValues values, string key)
    {
        var wanted = values.Texts(key);
        foreach (var unknown in wanted.Except(NotificationEvent.All, StringComparer.Ordinal))
        {
            values.Mistake(key, $"{unknown}: not one of {string.Join(", ", NotificationEvent.All)}");
        }

        return wanted.Count == 0 ? NotificationEvent.All : wanted;
    }

    private static Uri? AddressIn(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address is { UserInfo: "" } and ({ Scheme: "https" } or { Scheme: "http", IsLoopback: true })
            ? address : null;
}
