using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Restoring;

public sealed class SecretsDirectoryTests : IDisposable
{
    private const string Registry = "namespaces/runai/secrets/runai-reg-creds/.dockerconfigjson";

    private static readonly HashSet<string> Known = [Registry, "values/runai-backend/password"];

    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_file_is_a_value_byte_for_byte()
    {
        Put(Registry, "{\"auths\":{}}\n"u8);
        Put("values/runai-backend/password", [0xff, 0x00, 0x0a]);

        var values = SecretsDirectory.Read(_folder.Path, Known);

        Assert.Equal("{\"auths\":{}}\n", values[Registry].Reveal());
        Assert.Equal([0xff, 0x00, 0x0a], values["values/runai-backend/password"].RevealBytes());
    }

    [Fact]
    public void A_Secret_as_a_kubelet_mounts_it_is_read_through_its_links()
    {
        Put($"..2026_11_27_01_00_00.123/{Registry}", "{}"u8);
        Directory.CreateSymbolicLink(_folder.File("..data"), "..2026_11_27_01_00_00.123");
        Directory.CreateSymbolicLink(_folder.File("namespaces"), "..data/namespaces");

        var values = SecretsDirectory.Read(_folder.Path, Known);

        Assert.Equal("{}", Assert.Single(values).Value.Reveal());
    }

    [Fact]
    public void Files_that_are_named_as_no_placeholder_are_told_by_name_only()
    {
        Put(Registry, "{}"u8);
        Put("values/runai-backend/pasword", "CANARY"u8);
        Put("notes.txt", "CANARY"u8);

        var fault = Assert.Throws<RunAiDrException>(() => SecretsDirectory.Read(_folder.Path, Known));

        Assert.EndsWith("of the restore point: notes.txt, values/runai-backend/pasword.", fault.Message, StringComparison.Ordinal);
        Assert.Equal(Fault.Configuration, fault.Fault);
    }

    [Fact]
    public void A_link_that_leads_back_ends()
    {
        Directory.CreateSymbolicLink(_folder.File("values"), _folder.Path);

        var fault = Assert.Throws<RunAiDrException>(() => SecretsDirectory.Read(_folder.Path, Known));

        Assert.Contains("values/values/values", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_told()
    {
        Directory.CreateDirectory(_folder.File("values/runai-backend"));
        File.CreateSymbolicLink(_folder.File("values/runai-backend/password"), "gone");

        var fault = Assert.Throws<RunAiDrException>(() => SecretsDirectory.Read(_folder.Path, Known));

        Assert.Contains("cannot be read", fault.Message, StringComparison.Ordinal);
    }

    private void Put(string name, ReadOnlySpan<byte> content)
    {
        var path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
