using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RunAiDr.Data.Dumps;

/// <summary>What .NET does not offer of Linux to make files durable. Elsewhere it does nothing.</summary>
internal static partial class Disk
{
    private const int ReadOnly = 0;
    private const int DontNeed = 4;

    /// <summary>Makes names in a folder durable.</summary>
    public static void FlushFolder(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var folder = new SafeFileHandle(Open(path, ReadOnly), ownsHandle: true);
        if (folder.IsInvalid)
        {
            throw new IOException($"The folder {path} cannot be opened.", Marshal.GetLastPInvokeError());
        }

        RandomAccess.FlushToDisk(folder);
    }

    /// <summary>Forgets what is in memory of a file, so that it is next read from the disk.</summary>
    public static void Forget(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Advise(file, 0, 0, DontNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(SafeFileHandle file, nint offset, nint length, int advice);
}
