using RunAiDr.Core.Rehydration;
using RunAiDr.Data.Dumps;

namespace RunAiDr.Data.Age;

/// <summary>Private keys that read what was encrypted. age gets the names of their files; we never read them.</summary>
/// <param name="Files">Their files.</param>
/// <param name="Program">Full path of age.</param>
internal sealed record AgeIdentity(IReadOnlyList<string> Files, string Program)
{
    public ProgramCall Decryption => new(Program, ["--decrypt", .. Files.SelectMany(file => new[] { "--identity", file })]);

    /// <summary>Why no key opens what begins so; null when one does. Only the head is read.</summary>
    public async Task<string?> RefusalAsync(Stream stored, CancellationToken ct)
    {
        await using var age = ChildProgram.Start(Decryption, ct);
        var feeding = FeedAsync(stored, age.Input, ct);
        var first = await age.Output.ReadAsync(new byte[1], CancellationToken.None);
        if (first > 0)
        {
            age.Kill();
        }

        await feeding;
        return first > 0 ? null : await age.FailureAsync(ct) ?? "age read nothing of it";
    }

    /// <summary>The file that cannot be read at all; null when all can.</summary>
    public PlanCheck? Unreadable(string subject)
    {
        foreach (var path in Files)
        {
            try
            {
                using var file = File.OpenRead(path);
            }
            catch (Exception failure) when (DumpFault.IsOfDisk(failure))
            {
                return new PlanCheck(subject, CheckResult.Blocked, $"{path} cannot be read", "Put the private key of age there, readable for this user.");
            }
        }

        return null;
    }

    private static async Task FeedAsync(Stream stored, Stream age, CancellationToken ct)
    {
        try
        {
            await ByteFlow.RunAsync(stored, bytes => age.WriteAsync(bytes, ct).AsTask(), ct);
            age.Close();
        }
        catch (IOException)
        {
            // It has seen enough.
        }
    }
}
