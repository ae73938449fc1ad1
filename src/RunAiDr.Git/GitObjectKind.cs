namespace RunAiDr.Git;

/// <summary>Types of objects by their number in a pack.</summary>
internal enum GitObjectKind
{
    Tree = 2,
    Blob = 3,
}
