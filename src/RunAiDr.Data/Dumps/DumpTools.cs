using System.Globalization;
using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>pg_dump and its companions of one version.</summary>
/// <param name="Folder">Where they are.</param>
/// <param name="Version">Such as <c>15.18</c>.</param>
internal sealed record DumpTools(string Folder, string Version)
{
    private const string DebianFolder = "/usr/lib/postgresql";
    private const int FirstWithTransactionTimeout = 17;
    private const int LongestVersion = 200;

    private static readonly string[] Names = ["pg_dump", "pg_dumpall", "pg_restore"];

    public string Dump => Path.Combine(Folder, "pg_dump");

    public string DumpAll => Path.Combine(Folder, "pg_dumpall");

    public string Restore => Path.Combine(Folder, "pg_restore");

    public string Psql => Path.Combine(Folder, "psql");

    public int Major => MajorOf(Version);

    /// <summary>Those of a folder, or when it is null the newest that are installed.</summary>
    /// <exception cref="RunAiDrException">There are none.</exception>
    public static async Task<DumpTools> FindAsync(string? folder, CancellationToken ct)
    {
        if (folder is not null)
        {
            return Array.Find(Names, name => !File.Exists(Path.Combine(folder, name))) is { } missing
                ? throw DumpFault.Of($"{Path.Combine(folder, missing)} is not there.", "Install the PostgreSQL client programs there, or name their folder.")
                : await InAsync(folder, ct);
        }

        DumpTools? newest = null;

        // Those of Debian come first: what its PATH leads to is a script that chooses one of them.
        foreach (var candidate in Debian().Concat(Programs.Folders()).Where(HasAll))
        {
            var found = await InAsync(candidate, ct);
            newest = newest is null || found.Major > newest.Major ? found : newest;
        }

        return newest ?? throw DumpFault.Of(
            $"pg_dump, pg_dumpall and pg_restore are neither on the PATH nor below {DebianFolder}.",
            "Install the PostgreSQL client programs, of the server's version or newer, or name their folder.");
    }

    /// <summary>
    /// Those of a folder, or the oldest of the installed ones that read dumps of a version: newer ones may set what an older
    /// server does not know.
    /// </summary>
    /// <exception cref="RunAiDrException">There are none.</exception>
    public static async Task<DumpTools> FindForAsync(string clientVersion, string? folder, CancellationToken ct)
    {
        var tools = await FindAsync(folder, ct);
        var least = MajorOf(clientVersion);
        if (tools.Major < least)
        {
            throw DumpFault.Of(
                $"The dump was made by pg_dump {clientVersion}, which {tools.Restore} of version {tools.Version} cannot read.",
                string.Create(CultureInfo.InvariantCulture, $"Install the client programs of PostgreSQL {least} (Debian: postgresql-client-{least}), or name their folder."));
        }

        foreach (var candidate in folder is null ? Debian().Concat(Programs.Folders()).Where(HasAll) : [])
        {
            var found = await InAsync(candidate, ct);
            tools = found.Major >= least && found.Major < tools.Major ? found : tools;
        }

        return tools;
    }

    /// <summary>Whether pg_restore sets what a server does not know, and would stop there.</summary>
    public bool SetsTooMuchFor(Version server) => Major >= FirstWithTransactionTimeout && server.Major < FirstWithTransactionTimeout;

    /// <summary>pg_dump cannot read a server that is newer than itself.</summary>
    /// <exception cref="RunAiDrException">It is.</exception>
    public void EnsureReads(Version server)
    {
        if (server.Major > Major)
        {
            throw DumpFault.Of(
                string.Create(CultureInfo.InvariantCulture, $"The server is PostgreSQL {server.Major}, which {Dump} of version {Version} cannot dump."),
                string.Create(CultureInfo.InvariantCulture, $"Install the client programs of PostgreSQL {server.Major} or newer (Debian: postgresql-client-{server.Major}), or name their folder."));
        }
    }

    private static int MajorOf(string version) =>
        int.TryParse(version.TakeWhile(char.IsAsciiDigit).ToArray(), CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static IEnumerable<string> Debian() => Directory.Exists(DebianFolder)
        ? Directory.EnumerateDirectories(DebianFolder).Select(version => Path.Combine(version, "bin"))
        : [];

    private static bool HasAll(string folder) => Array.TrueForAll(Names, name => File.Exists(Path.Combine(folder, name)));

    private static async Task<DumpTools> InAsync(string folder, CancellationToken ct)
    {
        var program = Path.Combine(folder, "pg_dump");
        var printed = await ChildProgram.OutputAsync(new ProgramCall(program, ["--version"]), LongestVersion, ct);
        var version = printed.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ElementAtOrDefault(2);
        return version is not null && char.IsAsciiDigit(version[0])
            ? new DumpTools(folder, version)
            : throw DumpFault.Of($"{program} does not tell its version.", "Check that it is the pg_dump of PostgreSQL.");
    }
}
