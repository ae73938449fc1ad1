using System.Globalization;
using System.Runtime.ExceptionServices;
using RunAiDr.Core;

namespace RunAiDr.Tests.Fuzzing;

/// <summary>
/// Gives a reader damaged and forged variants of good samples. It may refuse with a <see cref="RunAiDrException"/>;
/// another exception, a hang and memory without measure are finds. The same seed gives the same variants.
/// </summary>
/// <remarks>
/// <c>RUNAI_DR_FUZZ_SECONDS</c> says how long each target is tried, <c>RUNAI_DR_FUZZ_SEED</c> where the variants begin. A
/// find is written to the directory for temporary files; mended, it becomes a case in <c>TestData/fuzzing/&lt;target&gt;/</c>,
/// which is tried first from then on.
/// </remarks>
internal static class Fuzzer
{
    private const long MostMemory = 1024L * 1024 * 1024;

    /// <summary>Far above what the largest variant takes on a busy machine.</summary>
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(Setting("RUNAI_DR_FUZZ_SECONDS", 2));

    private static readonly int Seed = Setting("RUNAI_DR_FUZZ_SEED", 20261127);

    /// <param name="target">What is read; the name of the folder with its cases.</param>
    /// <param name="samples">Good input.</param>
    /// <param name="read">Reads one input to the end.</param>
    /// <param name="tokens">Words that the input is made of, besides those of YAML and JSON.</param>
    public static Task RunAsync(string target, IReadOnlyList<byte[]> samples, Action<byte[]> read, params string[] tokens) =>
        RunAsync(
            target,
            samples,
            input =>
            {
                ReadWithin(read, input);
                return Task.CompletedTask;
            },
            tokens);

    /// <inheritdoc cref="RunAsync(string, IReadOnlyList{byte[]}, Action{byte[]}, string[])"/>
    public static async Task RunAsync(string target, IReadOnlyList<byte[]> samples, Func<byte[], Task> read, params string[] tokens)
    {
        foreach (var input in Cases(target).Concat(samples))
        {
            await TryAsync(target, read, input, "a case");
        }

        var started = TimeProvider.System.GetTimestamp();
        for (var round = 0; TimeProvider.System.GetElapsedTime(started) < Length; round++)
        {
            var random = new Random(unchecked((Seed * 397) + round));
            var input = new Mutation(random, samples, tokens).Next();
            await TryAsync(target, read, input, string.Create(CultureInfo.InvariantCulture, $"seed {Seed}, round {round}"));
        }
    }

    private static async Task TryAsync(string target, Func<byte[], Task> read, byte[] input, string which)
    {
        try
        {
            await Task.Run(() => read(input)).WaitAsync(LongestRead);
        }
        catch (RunAiDrException refusal)
        {
            Assert.NotEmpty(refusal.Message);
            Assert.NotEmpty(refusal.Remedy);
        }
        catch (Exception find) when (find is not RunAiDrException)
        {
            var path = Path.Combine(Path.GetTempPath(), $"runai-dr-fuzz-{target}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input).AsSpan(0, 4))}");
            await File.WriteAllBytesAsync(path, input);
            Assert.Fail($"{target}, {which}: {find.GetType().Name}; the input is in {path}\n{find}");
        }
    }

    private static void ReadWithin(Action<byte[]> read, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exception? failure = null;
        try
        {
            read(input);
        }
        catch (RunAiDrException refusal)
        {
            failure = refusal;
        }

        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < MostMemory, string.Create(CultureInfo.InvariantCulture, $"{input.Length} bytes took {taken} bytes of memory"));
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static IEnumerable<byte[]> Cases(string target)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "TestData", "fuzzing", target);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes) : [];
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
