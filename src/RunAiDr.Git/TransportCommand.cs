using System.Diagnostics;
using System.Globalization;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Git;

/// <summary>The program that talks to a remote, and what it needs on disk while it runs.</summary>
internal sealed class TransportCommand : IDisposable
{
    public const int SshFailed = 255;

    private const string PassphraseVariable = "RUNAI_DR_SSH_PASSPHRASE";

    private DirectoryInfo? _folder;

    private TransportCommand(string program) => StartInfo = new ProcessStartInfo(program)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    public ProcessStartInfo StartInfo { get; }

    public static TransportCommand Of(RemoteSession session, string service)
    {
        var command = new TransportCommand(session.Address.IsSsh ? "ssh" : "git");
        ChildEnvironment.Reduce(command.StartInfo.Environment, session.Address.IsSsh ? ["SSH_AUTH_SOCK"] : []);
        command.StartInfo.Environment["LC_ALL"] = "C";
        if (session.Address.IsSsh)
        {
            command.Ssh(session, service);
        }
        else
        {
            command.Add(service, "--", session.Address.Path);
        }

        return command;
    }

    public void Dispose() => _folder?.Delete(recursive: true);

    private void Ssh(RemoteSession session, string service)
    {
        var (uri, options) = (session.Address.Uri, session.Options);
        var seconds = (int)Math.Clamp(options.SilenceLimit.TotalSeconds, 1, 600);
        Add("-T", "-a", "-x");
        Option("StrictHostKeyChecking", "yes");
        Option("ConnectTimeout", seconds.ToString(CultureInfo.InvariantCulture));
        Option("PreferredAuthentications", "publickey");
        Option("ControlPath", "none");
        if (options.KnownHostsFile is { } hosts)
        {
            Option("UserKnownHostsFile", Quoted(hosts));
            Option("GlobalKnownHostsFile", "/dev/null");
        }

        if (options.SshKeyFile is { } key)
        {
            Option("IdentitiesOnly", "yes");
            Option("IdentityFile", Quoted(key));
        }

        AnswerPrompts(options);
        if (uri.Port > 0)
        {
            Add("-p", uri.Port.ToString(CultureInfo.InvariantCulture));
        }

        if (uri.UserInfo.Length > 0)
        {
            Add("-l", Uri.UnescapeDataString(uri.UserInfo));
        }

        Add("--", uri.Host.Trim('[', ']'), $"git-{service} {ForShell(session.Address.Path)}");
    }

    // In batch mode ssh does not even ask its askpass program for a passphrase.
    private void AnswerPrompts(GitRemoteOptions options)
    {
        if (options.SshPassphrase?.Invoke() is not { } passphrase)
        {
            Option("BatchMode", "yes");
            return;
        }

        // Only this user can read the environment of that process; a command line is there for everyone.
        _folder = Directory.CreateTempSubdirectory("runai-dr-");
        var script = Path.Combine(_folder.FullName, "askpass");
        File.WriteAllText(script, $"#!/bin/sh\nprintf '%s\\n' \"${PassphraseVariable}\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        StartInfo.Environment[PassphraseVariable] = passphrase.Reveal().TrimEnd('\r', '\n');
        StartInfo.Environment["SSH_ASKPASS"] = script;
        StartInfo.Environment["SSH_ASKPASS_REQUIRE"] = "force";
        Option("NumberOfPasswordPrompts", "1");
    }

    private void Option(string name, string value) => Add("-o", $"{name}={value}");

    private void Add(params ReadOnlySpan<string> arguments)
    {
        foreach (var argument in arguments)
        {
            StartInfo.ArgumentList.Add(argument);
        }
    }

    // Blanks separate file names there, and a percent sign begins a token of ssh's own.
    private static string Quoted(string path) => $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";

    private static string ForShell(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
