namespace RunAiDr.Tests.Sandbox;

/// <summary>The sandbox answers as the recorded server did.</summary>
public sealed class ReplayTests
{
    [Theory]
    [MemberData(nameof(ReplayedTranscripts.Names), MemberType = typeof(ReplayedTranscripts))]
    public async Task Answers_are_those_of_the_recorded_server(string transcript)
    {
        var differences = await Replay.RunAsync(transcript);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
