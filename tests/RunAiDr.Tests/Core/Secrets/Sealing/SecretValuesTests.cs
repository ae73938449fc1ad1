using System.Text;
using FsCheck;
using FsCheck.Xunit;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;

namespace RunAiDr.Tests.Core.Secrets.Sealing;

public sealed class SecretValuesTests
{
    private const string Name = "values/a/b";

    [Property(MaxTest = 500)]
    public bool Any_bytes_survive(byte[][] values)
    {
        var written = values.Select((bytes, i) => KeyValuePair.Create($"{Name}.{i}", SecretText.Of(bytes))).ToList();

        var read = SecretValues.Parse(SecretValues.ToBytes(written), "test", Fault.RestorePoint);

        return read.Count == values.Length && written.TrueForAll(secret => Same(secret.Value, read[secret.Key]));
    }

    [Property(MaxTest = 1000)]
    public bool Any_text_survives(NonNull<string> text)
    {
        var value = SecretText.Of(Encoding.UTF8.GetBytes(text.Get));

        return Same(value, SecretValues.Parse(SecretValues.ToBytes([new(Name, value)]), "test", Fault.RestorePoint)[Name]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("line\r\nline\r\n")]
    [InlineData("\ufefftext")]
    [InlineData("\0\u0001\u0085\u2028")]
    [InlineData("{base64: dg==}")]
    [InlineData("0x10")]
    [InlineData("~")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n\n")]
    [InlineData("\U0001f511")]
    public void Texts_that_YAML_could_change_survive(string text)
    {
        Assert.True(Any_text_survives(NonNull<string>.NewNonNull(text)));
    }

    private static bool Same(SecretText one, SecretText other) =>
        one.IsBinary == other.IsBinary && one.RevealBytes().AsSpan().SequenceEqual(other.RevealBytes());
}
