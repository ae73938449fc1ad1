using RunAiDr.Core.Rehydration;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>The private key that reads encrypted dumps. age gets the name of its file; we never read it.</summary>
/// <param name="File">Its file.</param>
/// <param name="Program">Full path of age.</param>
internal sealed record AgeIdentity(string File, string Program)
{
    public ProgramCall Decryption => new(Program, ["--decrypt", "--identity", File]);

    /// <summary>Why the key does not open what begins so; null when it does. Only the head is read.</summary>
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

    /// <summary>Whether the file can be read at all.</summary>
    public PlanCheck? Unreadable(string subject)
    {
        try
        {
            using var file = System.IO.File.OpenRead(File);
            return null;
        }
        catch (Exception failure) when (DumpFault.IsOfDisk(failure))
        {
            return new PlanCheck(subject, CheckResult.Blocked, $"{File} cannot be read", "Put the private key of age there, readable for this user.");
        }
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
