using RunAiDr.Data.Age;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Fuzzing;

public sealed class AgeFileFuzzing : IDisposable
{
    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_forged_header_is_refused_and_nobody_waits_for_it()
    {
        var identity = _folder.File("identity");
        await RunAsync("age-keygen", "-o", identity);
        await File.WriteAllTextAsync(_folder.File("plain"), "a: b\n");
        var recipient = (await RunAsync("age-keygen", "-y", identity)).Trim();
        await RunAsync("age", "-r", recipient, "-o", _folder.File("binary"), _folder.File("plain"));
        await RunAsync("age", "-a", "-r", recipient, "-o", _folder.File("armored"), _folder.File("plain"));

        await Fuzzer.RunAsync(
            "age",
            [await File.ReadAllBytesAsync(_folder.File("binary")), await File.ReadAllBytesAsync(_folder.File("armored"))],
            input => (Task)AgeFile.DecryptAsync(input, [identity], "secrets/x.age", CancellationToken.None),
            "-> X25519 ", "-> scrypt AAAA 60\n", "-> plugin x\n", "age-encryption.org/v1\n", "-----BEGIN AGE ENCRYPTED FILE-----\n");
    }

    private async Task<string> RunAsync(string program, params string[] arguments) =>
        (await EndToEndPrograms.RunAsync(_folder.Path, new Dictionary<string, string>(), program, arguments)).Expect(0).Output;
}
