namespace RunAiDr.Data.Dumps;

/// <summary>A program and what it is started with. Arguments are there for everyone to read: secrets go into the environment.</summary>
/// <param name="Program">Its full path.</param>
/// <param name="Arguments">One by one.</param>
internal sealed record ProgramCall(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Beside the few variables that each program gets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Beginnings of the names of further variables that it inherits, because that is where it finds credentials of its own.</summary>
    public IReadOnlyList<string> Inherits { get; init; } = [];

    /// <summary>How long it may take where it filters what fits into memory. On a terminal it may wait for a person, who can interrupt it.</summary>
    public TimeSpan Limit { get; init; } = Console.IsInputRedirected ? TimeSpan.FromMinutes(1) : Timeout.InfiniteTimeSpan;

    /// <summary>Taken out of what the program prints.</summary>
    public string? Secret { get; init; }

    /// <summary>Where not null, only complaints that begin so are repeated: others may hold rows of somebody's tables.</summary>
    public string? ShownPrefix { get; init; }

    /// <summary>Null for that of this process.</summary>
    public string? Folder { get; init; }

    /// <summary>Under which its failures are told.</summary>
    public string Name { get; init; } = Path.GetFileName(Program);
}
