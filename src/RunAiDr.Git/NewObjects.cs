using LibGit2Sharp;
using RunAiDr.Core.State;

namespace RunAiDr.Git;

/// <summary>
/// The objects that the next commit adds: a few are kept and written loose, more are streamed into one pack.
/// Nothing of them is in the repository before <see cref="Store"/>.
/// </summary>
internal sealed class NewObjects(Repository repository) : IDisposable
{
    // Below this a pack per commit would cost more files than it saves.
    private const int LooseObjects = 64;
    private const int BlockSize = 4096;
    private const int LooseBytes = 4 << 20;

    private readonly HashSet<string> _known = [];
    private readonly List<(GitObjectKind Kind, string Id, byte[] Content)> _few = [];
    private int _bytes;
    private BackgroundPack? _pack;

    public static string PackFolder(Repository repository) => Path.Combine(repository.Info.Path, "objects", "pack");

    /// <summary>Tells of an object that the repository holds already.</summary>
    public void Known(string id) => _known.Add(id);

    /// <summary>Adds an object, unless it is known, and gives its id.</summary>
    public string Add(GitObjectKind kind, ReadOnlySpan<byte> content)
    {
        var id = kind == GitObjectKind.Tree ? GitObjectId.OfTree(content) : GitObjectId.OfBlob(content);
        if (!_known.Add(id))
        {
            return id;
        }

        if (_pack is null && _few.Count < LooseObjects && _bytes + content.Length <= LooseBytes)
        {
            _few.Add((kind, id, content.ToArray()));
            _bytes += content.Length;
            return id;
        }

        Pack().Add(kind, id, content);
        return id;
    }

    public void Store()
    {
        _pack?.Install();
        _pack?.Dispose();
        _pack = null;
        GitFault.EnsureSpace(repository.Info.Path, _bytes + (_few.Count * BlockSize));
        foreach (var (kind, _, content) in _few)
        {
            _ = kind == GitObjectKind.Blob
                ? repository.ObjectDatabase.Write<Blob>(content)
                : repository.ObjectDatabase.Write<Tree>(content);
        }

        ForgetFew();
    }

    public void Dispose() => _pack?.Dispose();

    private BackgroundPack Pack()
    {
        if (_pack is null)
        {
            _pack = new BackgroundPack(PackFolder(repository));
            _few.ForEach(o => _pack.Add(o.Kind, o.Id, o.Content));
            ForgetFew();
        }

        return _pack;
    }

    private void ForgetFew()
    {
        _few.Clear();
        _bytes = 0;
    }
}
