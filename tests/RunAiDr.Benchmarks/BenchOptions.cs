using System.Globalization;

namespace RunAiDr.Benchmarks;

/// <summary>
/// What is measured: <paramref name="Share"/> of all objects and of all times under load, medians of <paramref name="Runs"/>.
/// </summary>
internal sealed record BenchOptions(double Share, int Runs, string? Kubeconfig, string? Assets, bool Json)
{
    public const string Usage = """
        Measures export and rehydration, and continuous export, against the sandbox, a given cluster, or, when
        KUBEBUILDER_ASSETS names a folder with etcd and kube-apiserver, against servers started from there; dumps of
        a PostgreSQL that it starts; drift; and history.
          --part export|sync|dump|drift|history   one of the five; all when absent
          --share 0.1          part of the objects (20,000; 16,000 of drift; 16,000 and 100,000 of sync), of the time under
                               load, of the database (640 MB) and of the commits (100,000)
          --runs 3             odd number of runs; figures are medians
          --kubeconfig FILE    an empty cluster, which is filled and left so; rehydration is measured once
          --output text|json
        """;

    /// <summary>Export and rehydration.</summary>
    public bool Export { get; init; } = true;

    /// <summary>Continuous export.</summary>
    public bool Sync { get; init; } = true;

    /// <summary>Dumps of a database.</summary>
    public bool Dump { get; init; } = true;

    /// <summary>Drift of unchanged resources.</summary>
    public bool Drift { get; init; } = true;

    /// <summary>History of one resource.</summary>
    public bool History { get; init; } = true;

    /// <summary>Null when the arguments are wrong.</summary>
    public static BenchOptions? Parse(string[] arguments)
    {
        var options = new BenchOptions(1, 3, null, Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS"), false);
        foreach (var pair in arguments.Chunk(2))
        {
            options = pair switch
            {
                ["--part", "export" or "sync" or "dump" or "drift" or "history"] => options with
                {
                    Export = pair[1] == "export",
                    Sync = pair[1] == "sync",
                    Dump = pair[1] == "dump",
                    Drift = pair[1] == "drift",
                    History = pair[1] == "history",
                },
                ["--share", var share] when Number(share) is > 0 and <= 1 and var part => options with { Share = part },
                ["--runs", var runs] when Number(runs) % 2 == 1 => options with { Runs = (int)Number(runs) },
                ["--kubeconfig", var file] when File.Exists(file) => options with { Kubeconfig = Path.GetFullPath(file) },
                ["--output", "text" or "json"] => options with { Json = pair[1] == "json" },
                _ => null,
            };
            if (options is null)
            {
                return null;
            }
        }

        return options;
    }

    public static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
