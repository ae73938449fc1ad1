using System.Globalization;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Dumps;

/// <summary>Reads stored files and compares them with what was written.</summary>
internal static class ReadBack
{
    /// <summary>Why a stored file is another one; null when it is the same.</summary>
    public static async Task<string?> MismatchAsync(Stream stored, DumpFile file, DumpProgress progress, CancellationToken ct)
    {
        using var tally = new Tally();
        await ByteFlow.RunAsync(stored, Next, ct);
        if (tally.Bytes != file.Bytes)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{file.Name} has {tally.Bytes} bytes instead of {file.Bytes}");
        }

        return tally.Sha256() == file.Sha256 ? null : $"the bytes of {file.Name} are not those that were written: their SHA-256 differs";

        Task Next(ReadOnlyMemory<byte> bytes)
        {
            tally.Add(bytes.Span);
            progress.Add(bytes.Length);
            return Task.CompletedTask;
        }
    }

    /// <summary>What a look at names and sizes tells against a set; null when nothing.</summary>
    public static string? DefectOf(DumpSet dump, StoredDumps stored)
    {
        foreach (var file in dump.Files)
        {
            if (!stored.Files.TryGetValue(file.Name, out var bytes))
            {
                return $"{file.Name} is missing";
            }

            if (bytes != file.Bytes)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{file.Name} has {bytes} bytes instead of {file.Bytes}");
            }
        }

        return null;
    }
}
