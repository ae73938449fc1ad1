using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RunAiDr.Core;
using RunAiDr.Git;
using RunAiDr.Git.Signing;

namespace RunAiDr.Tests.Git.Signing;

/// <summary>What somebody can do who may write into the repository and has no allowed key.</summary>
public sealed class SignatureForgeryTests : IDisposable
{
    private const string FirstTag = "refs/tags/dr/prod-a/first";

    private readonly SignatureWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("it names another commit", SignatureState.Bad)]
    [InlineData("its message is another", SignatureState.Bad)]
    [InlineData("it is of another time", SignatureState.Bad)]
    [InlineData("its signature is cut short", SignatureState.Bad)]
    [InlineData("its signature is rubbish", SignatureState.Bad)]
    [InlineData("its signature is that of another tag", SignatureState.Bad)]
    [InlineData("it has two signatures, the last of somebody else", SignatureState.UnknownSigner)]
    [InlineData("it was signed for another purpose", SignatureState.Bad)]
    [InlineData("somebody else signed it", SignatureState.UnknownSigner)]
    [InlineData("it has a signature of an unknown kind", SignatureState.UnknownSigner)]
    [InlineData("it has no signature", SignatureState.NotSigned)]
    public void A_tag_is_refused_when(string forgery, SignatureState expected)
    {
        var (content, signature) = SignatureWorld.Parts(_world.Raw("tag", "dr/prod-a/first"));
        var other = SignatureWorld.Parts(_world.Raw("tag", "dr/prod-a/second")).Signature;
        var later = content.Replace("The first", "The best", StringComparison.Ordinal);
        _world.Point(FirstTag, _world.Write("tag", forgery switch
        {
            "it names another commit" => content.Replace(_world.First.Sha, _world.Second.Sha, StringComparison.Ordinal) + signature,
            "its message is another" => later + signature,
            "it is of another time" => content.Replace(" +0000", " +0100", StringComparison.Ordinal) + signature,
            "its signature is cut short" => content + signature[..(signature.Length / 2)],
            "its signature is rubbish" => content + "-----BEGIN SSH SIGNATURE-----\nrubbish\n-----END SSH SIGNATURE-----\n",
            "its signature is that of another tag" => content + other,
            "it has two signatures, the last of somebody else" => content + signature + _world.Keys.Sign(_world.Mallory, later),
            "it was signed for another purpose" => content + _world.Keys.Sign(_world.Keys.File("alice"), content, "file"),
            "somebody else signed it" => later + _world.Keys.Sign(_world.Mallory, later),
            "it has a signature of an unknown kind" => content + "-----BEGIN SIGNED MESSAGE-----\nMII=\n-----END SIGNED MESSAGE-----\n",
            _ => content,
        }));

        var verdict = _world.Check("first");

        Assert.Equal(expected, verdict.State);
        Assert.StartsWith("tag dr/prod-a/first ", verdict.Finding, StringComparison.Ordinal);
        Assert.NotEqual(SignatureState.Good, _world.Check(FirstTag).State);
    }

    [Theory]
    [InlineData("refs/tags/dr/prod-a/third", "third")]
    [InlineData("refs/tags/dr/other/first", "dr/other/first")]
    [InlineData("refs/tags/dr/prod-a/second", "second")]
    [InlineData("refs/other/first", "refs/other/first")]
    public void A_signed_tag_under_another_name_is_refused(string reference, string words)
    {
        _world.Point(reference, _world.Git("rev-parse", FirstTag));

        var verdict = _world.Check(words);

        Assert.Equal(SignatureState.Bad, verdict.State);
        Assert.Contains("was made as dr/prod-a/first", verdict.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_alone_is_not_a_signed_tag_although_its_commit_is_signed()
    {
        _world.Point(FirstTag, _world.Second.Sha);

        Assert.Equal(SignatureState.NotSigned, _world.Check("first").State);
        Assert.Equal(SignatureState.Good, _world.Check(_world.Second.Sha).State);
    }

    [Fact]
    public void A_tag_of_a_signed_tag_is_refused()
    {
        var outer = $"object {_world.Git("rev-parse", FirstTag)}\ntype tag\ntag dr/prod-a/third\ntagger A <a@example.org> 1700000000 +0000\n\nouter\n";
        _world.Point("refs/tags/dr/prod-a/third", _world.Write("tag", outer + _world.Keys.Sign(_world.Keys.File("alice"), outer)));

        Assert.Equal(SignatureState.Bad, _world.Check("third").State);
    }

    [Fact]
    public void A_tag_that_the_remote_has_seen_elsewhere_is_refused_even_when_it_is_signed()
    {
        _world.Point("refs/runai-dr/tags/dr/prod-a/first", _world.Git("rev-parse", FirstTag));
        Assert.Equal(SignatureState.Good, _world.Check("first").State);
        _world.Git("tag", "-d", "dr/prod-a/first");
        _world.Store.Tag(TestRepository.Cluster, "first", _world.Second, "The first again");

        var verdict = _world.Check("first");

        Assert.Equal(SignatureState.Bad, verdict.State);
        Assert.Contains("was moved", verdict.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("its tree is another", SignatureState.Bad)]
    [InlineData("its parent is another", SignatureState.Bad)]
    [InlineData("its message is another", SignatureState.Bad)]
    [InlineData("its committer is another", SignatureState.Bad)]
    [InlineData("its signature is that of another commit", SignatureState.Bad)]
    [InlineData("its tree is another and somebody else signed it", SignatureState.UnknownSigner)]
    [InlineData("its tree is another and it is not signed", SignatureState.NotSigned)]
    public void A_commit_is_refused_when(string forgery, SignatureState expected)
    {
        var commit = _world.Raw("commit", _world.Second.Sha);
        var tree = _world.Git("rev-parse", "main^{tree}");
        _world.Forge("namespaces/a/b.yaml", "forged\n");
        var other = _world.Git("rev-parse", "main^{tree}");
        var replaced = commit.Replace(tree, other, StringComparison.Ordinal);
        var signatureOfFirst = _world.Raw("commit", _world.First.Sha)
            .Split("gpgsig ")[1].Split("-----END")[0].Replace("\n ", "\n", StringComparison.Ordinal) + "-----END SSH SIGNATURE-----\n";
        var forged = _world.Write("commit", forgery switch
        {
            "its tree is another" => replaced,
            "its parent is another" => commit.Replace($"parent {_world.First.Sha}\n", "", StringComparison.Ordinal),
            "its message is another" => commit + "more\n",
            "its committer is another" => commit.Replace("committer DR Bot", "committer DR Boss", StringComparison.Ordinal),
            "its signature is that of another commit" => SignatureWorld.Resigned(commit, signatureOfFirst),
            "its tree is another and it is not signed" => SignatureWorld.Resigned(replaced, null),
            _ => SignatureWorld.Resigned(replaced, _world.Keys.Sign(_world.Mallory, SignatureWorld.Resigned(replaced, null))),
        });
        _world.Point("refs/heads/main", forged);

        Assert.Equal(expected, _world.Check("main").State);
        Assert.Equal(expected, _world.Check(forged).State);
    }

    [Fact]
    public void A_replacement_is_not_verified_in_place_of_what_is_restored()
    {
        var forged = _world.Write("commit", SignatureWorld.Resigned(_world.Raw("commit", _world.Second.Sha), null) + "forged\n");
        _world.Point($"refs/replace/{forged}", _world.Second.Sha);
        _world.Point("refs/heads/main", forged);

        Assert.Equal(SignatureState.NotSigned, _world.Check("main").State);
    }

    [Fact]
    public void A_tag_without_a_tagger_or_of_a_missing_commit_stops_nothing()
    {
        var content = SignatureWorld.Parts(_world.Raw("tag", "dr/prod-a/first")).Content;
        var start = content.IndexOf("tagger ", StringComparison.Ordinal);
        _world.Point(FirstTag, _world.Write("tag", content[..start] + content[(content.IndexOf('\n', start) + 1)..]));
        _world.Point("refs/tags/dr/prod-a/third", _world.Write("tag", content.Replace(_world.First.Sha, new string('1', 40), StringComparison.Ordinal)));

        Assert.Equal(["second", "third"], _world.Store.Tags(TestRepository.Cluster).Select(tag => tag.Name).Order(StringComparer.Ordinal));
        Assert.Equal(SignatureState.NotSigned, _world.Check("first").State);
        Assert.Equal(Fault.RestorePoint, Assert.Throws<RunAiDrException>(() => _world.Check("third")).Fault);
    }

    [Fact]
    public void No_byte_of_a_tag_can_be_another()
    {
        var (content, signature) = SignatureWorld.Parts(_world.Raw("tag", "dr/prod-a/first"));
        var places = Gen.Choose(0, content.Length - 1).SelectMany(place => Gen.Choose(1, 127).Select(value => (place, (char)value)));

        Prop.ForAll(places.ToArbitrary(), change =>
        {
            var forged = content[..change.place] + change.Item2 + content[(change.place + 1)..];
            _world.Point(FirstTag, _world.Write("tag", forged + signature));
            return forged == content || !IsGood("first");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void What_was_signed_is_read_only_with_the_content_that_was_signed()
    {
        var blob = _world.Git("rev-parse", "main:clusters/prod-a/namespaces/a/b.yaml");
        var path = Path.Combine(_world.Repository, "objects", blob[..2], blob[2..]);
        Replace(path, Deflated("blob 22\0CONTENT of the second\n"));

        Assert.Throws<RunAiDrException>(() => _world.Store.Open(TestRepository.Cluster, "second").Read("namespaces/a/b.yaml"));
    }

    [Fact]
    public void A_pack_is_read_only_with_the_content_that_was_signed()
    {
        _world.Git("-c", "core.compression=0", "-c", "pack.compression=0", "repack", "-q", "-a", "-d", "-F", "--depth=0");
        var pack = Directory.GetFiles(Path.Combine(_world.Repository, "objects", "pack"), "*.pack").Single();
        var bytes = File.ReadAllBytes(pack);
        var content = "content of the second\n"u8;
        var start = bytes.AsSpan().IndexOf(content);
        Assert.True(start > 0);
        "CONTENT"u8.CopyTo(bytes.AsSpan(start));

        // The checksum of the deflated content fits, so that only the id of the object can tell.
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(start + content.Length), Adler32(bytes.AsSpan(start, content.Length)));
        Replace(pack, bytes);
        using var store = GitStateStore.Open(_world.Options, TestRepository.Clock);

        Assert.Equal(SignatureState.Good, SignatureWorld.Check(store, "second").State);
        Assert.Throws<RunAiDrException>(() => store.Open(TestRepository.Cluster, "second").Read("namespaces/a/b.yaml"));
    }

    private static void Replace(string path, byte[] content)
    {
        File.Delete(path);
        File.WriteAllBytes(path, content);
    }

    private static byte[] Deflated(string text)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal))
        {
            deflate.Write(Encoding.ASCII.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static uint Adler32(ReadOnlySpan<byte> content)
    {
        var (a, b) = (1u, 0u);
        foreach (var value in content)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        return (b << 16) | a;
    }

    private bool IsGood(string words)
    {
        try
        {
            return _world.Check(words).State == SignatureState.Good;
        }
        catch (RunAiDrException)
        {
            return false;
        }
    }
}
