using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>Turns failures of programs and disks into ones an operator can act on, by type and code.</summary>
internal static class DumpFault
{
    private const int Busy = 11;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int QuotaExceeded = 122;

    public static RunAiDrException Of(string message, string remedy, Exception? inner = null) =>
        new(Fault.Snapshot, message, remedy, inner);

    /// <summary>Does something with a file or folder.</summary>
    public static async Task<T> OnDiskAsync<T>(string path, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (IsOfDisk(failure))
        {
            throw OfDisk(failure, path);
        }
    }

    public static Task OnDiskAsync(string path, Func<Task> work) => OnDiskAsync(path, async () =>
    {
        await work();
        return true;
    });

    public static T OnDisk<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (IsOfDisk(failure))
        {
            throw OfDisk(failure, path);
        }
    }

    public static bool IsOfDisk(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>True when somebody else has locked the file.</summary>
    public static bool IsTaken(IOException failure) => failure.HResult == Busy;

    private static RunAiDrException OfDisk(Exception failure, string path) => failure switch
    {
        { HResult: NoSpace or QuotaExceeded } => Of(
            $"The disk of {path} is full.", "Free some space there, or delete old checkpoints.", failure),
        UnauthorizedAccessException or { HResult: ReadOnly } => Of(
            $"No permission for {path}.", "Give this user read and write access to the folder of the dumps.", failure),
        FileNotFoundException or DirectoryNotFoundException => Of(
            $"{path} is not there.", "Check that the folder of the dumps exists and is mounted.", failure),
        _ => Of($"{path} cannot be read or written: {failure.Message}", "Check the disk and the folder of the dumps.", failure),
    };
}
