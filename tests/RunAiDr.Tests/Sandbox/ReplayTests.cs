namespace RunAiDr.Tests.Sandbox;

/// <summary>The sandbox answers as the recorded server did.</summary>
public sealed class ReplayTests
{
    // Their watches last as long as recorded: they wait for their end at the same time.
    private static readonly Lazy<Dictionary<string, Task<List<string>>>> Waiting = new(() => ReplayedTranscripts.Waiting
        .ToDictionary(name => name, Replay.RunAsync, StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(ReplayedTranscripts.Names), MemberType = typeof(ReplayedTranscripts))]
    public async Task Answers_are_those_of_the_recorded_server(string transcript)
    {
        var differences = ReplayedTranscripts.Waiting.Contains(transcript, StringComparer.Ordinal)
            ? await Waiting.Value[transcript]
            : await Replay.RunAsync(transcript);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
