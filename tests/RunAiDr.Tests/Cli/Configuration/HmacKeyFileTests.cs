using System.Text;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Configuration;

public sealed class HmacKeyFileTests : IDisposable
{
    private static readonly SecretText Value = new("value");

    private readonly TestDirectory _folder = new();

    private string Key => _folder.File("hmac-key");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(UnixFileMode.UserRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead)]
    public void A_key_is_its_text_without_the_line_break_at_its_end(UnixFileMode mode)
    {
        Write(Encoding.ASCII.GetBytes(SealingKeys.HmacKey + "\r\n"), mode);

        Assert.Equal(SealingKeys.Mac.Of("name", Value), HmacKeyFile.Read(Key).Of("name", Value));
        Assert.NotNull(HmacKeyFile.TryRead(Key));
    }

    [Fact]
    public void A_key_of_bytes_is_taken_whole()
    {
        byte[] key = [.. Enumerable.Repeat((byte)0xff, 31), (byte)'\n'];
        Write(key, UnixFileMode.UserRead);

        Assert.Equal(64, HmacKeyFile.Read(Key).Of("name", Value).Length);
    }

    [Theory]
    [InlineData("CANARY-short\n", UnixFileMode.UserRead, "is shorter than 32 bytes")]
    [InlineData("", UnixFileMode.UserRead, "is shorter than 32 bytes")]
    [InlineData("CANARY-long-enough-to-be-a-key-for-hmac\n", UnixFileMode.UserRead | UnixFileMode.OtherRead, "Everybody on this machine may read")]
    public void What_cannot_be_a_key_is_refused_without_being_shown(string content, UnixFileMode mode, string expected)
    {
        Write(Encoding.ASCII.GetBytes(content), mode);

        foreach (var fault in (RunAiDrException[])[Assert.Throws<RunAiDrException>(() => HmacKeyFile.Read(Key)), Assert.Throws<RunAiDrException>(() => HmacKeyFile.TryRead(Key))])
        {
            Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
            Assert.Contains(Key, fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("CANARY", fault.Message + fault.Remedy, StringComparison.Ordinal);
            Assert.Equal(Fault.Configuration, fault.Fault);
        }
    }

    [Fact]
    public void A_key_that_is_not_there_is_missed_only_by_who_writes()
    {
        Assert.Null(HmacKeyFile.TryRead(Key));
        Assert.Contains("cannot be read", Assert.Throws<RunAiDrException>(() => HmacKeyFile.Read(Key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_there_and_cannot_be_read_is_an_error_for_everybody()
    {
        Directory.CreateDirectory(Key);

        Assert.Contains("cannot be read", Assert.Throws<RunAiDrException>(() => HmacKeyFile.TryRead(Key)).Message, StringComparison.Ordinal);
    }

    private void Write(byte[] content, UnixFileMode mode)
    {
        File.WriteAllBytes(Key, content);
        SealingKeys.Restrict(Key, mode);
    }
}
