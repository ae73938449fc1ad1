namespace RunAiDr.Core.State;

/// <summary>Folders of a state tree that hold no resources, as prefixes of paths.</summary>
public static class StateFolder
{
    public const string Values = "values/";

    public const string Secrets = "secrets/";

    public const string Snapshots = "snapshots/";
}
