// Paths below are relative to the root of the repository.
Context.Environment.WorkingDirectory = MakeAbsolute(Directory(".."));

var target = Argument("target", "Test");
var configuration = Argument("configuration", "Release");
var filter = Argument("filter", "Category!=Soak");

var solution = "RunAiDr.sln";
var results = Directory("artifacts/test-results");
var program = $"src/RunAiDr.Cli/bin/{configuration}/net10.0/runai-dr.dll";

Task("Restore").Does(() => DotNetRestore(solution));

Task("Format")
    .IsDependentOn("Restore")
    .Does(() => DotNetFormat(solution, new DotNetFormatSettings { NoRestore = true, VerifyNoChanges = true }));

Task("Build")
    .IsDependentOn("Restore")
    .Does(() => DotNetBuild(solution, new DotNetBuildSettings { Configuration = configuration, NoRestore = true }));

Task("Test")
    .IsDependentOn("Format")
    .IsDependentOn("Build")
    .Does(() =>
{
    CleanDirectory(results);
    DotNetTest("tests/RunAiDr.Tests/RunAiDr.Tests.csproj", new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        Filter = filter,
        Loggers = ["trx", "console;verbosity=minimal"],
        ResultsDirectory = results,
        ArgumentCustomization = arguments => arguments.Append("--blame-hang-timeout 10m --blame-hang-dump-type none"),
    });
});

Task("Soak")
    .IsDependentOn("Build")
    .Does(() => DotNetTest("tests/RunAiDr.Tests/RunAiDr.Tests.csproj", new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        Filter = "Category=Soak",
        Loggers = ["console;verbosity=detailed"],
        EnvironmentVariables = new Dictionary<string, string> { ["RUNAI_DR_SOAK_MINUTES"] = Argument("minutes", "10") },
    }));

Task("Demo")
    .IsDependentOn("Build")
    .Does(() => {
    CleanDirectory("artifacts/demo");
    Run(program, "demo --directory artifacts/demo");
});

Task("Bench")
    .IsDependentOn("Publish")
    .Does(() => Run(
        $"tests/RunAiDr.Benchmarks/bin/{configuration}/net10.0/RunAiDr.Benchmarks.dll",
        string.Join(" ", new[] { "part", "share", "runs", "kubeconfig", "output" }
            .Where(option => HasArgument(option)).Select(option => $"--{option} {Argument<string>(option)}"))));

// Compiled ahead for this kind of processor: a command spends less time on starting than on working.
Task("Publish")
    .IsDependentOn("Build")
    .Does(() => DotNetPublish("src/RunAiDr.Cli/RunAiDr.Cli.csproj", new DotNetPublishSettings
    {
        Configuration = configuration,
        OutputDirectory = "artifacts/publish",
        ArgumentCustomization = arguments => arguments
            .Append("--use-current-runtime").Append("--no-self-contained").Append("-p:PublishReadyToRun=true"),
    }));

void Run(string assembly, string arguments)
{
    var code = StartProcess("dotnet", $"{assembly} {arguments}");
    if (code != 0)
    {
        throw new CakeException(code, $"{assembly} {arguments} ended with exit code {code}");
    }
}

RunTarget(target);
