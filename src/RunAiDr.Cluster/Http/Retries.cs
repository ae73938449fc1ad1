using Polly;
using Polly.Retry;

namespace RunAiDr.Cluster.Http;

/// <summary>Which answers and failures are worth another try, how many, and after what pause.</summary>
internal static class Retries
{
    private const int Overloaded = 10;
    private const int Unavailable = 4;
    private const int InternalError = 2; // mistakes of the client are 500 too
    private const int TimedOut = 1;

    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(1);

    /// <param name="repeatable">False for a request that must not be sent again once the server may have done it.</param>
    /// <param name="clock">What the pauses are measured with.</param>
    /// <param name="chance">A number from 0 to 1 for the jitter.</param>
    public static ResiliencePipeline<ApiAnswer> Pipeline(bool repeatable, TimeProvider clock, Func<double> chance) =>
        new ResiliencePipelineBuilder<ApiAnswer> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<ApiAnswer>
            {
                MaxRetryAttempts = Overloaded,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(10),
                UseJitter = true,
                Randomizer = chance,
                DelayGenerator = static args => ValueTask.FromResult(PauseAskedFor(args.Outcome.Result)),
                ShouldHandle = args => ValueTask.FromResult(args.AttemptNumber < Tries(args.Outcome, repeatable)),
            })
            .Build();

    private static TimeSpan? PauseAskedFor(ApiAnswer? answer) =>
        answer?.RetryAfter is { } pause ? (pause < LongestRetryAfter ? pause : LongestRetryAfter) : null;

    private static int Tries(Outcome<ApiAnswer> outcome, bool repeatable) => outcome switch
    {
        { Result.Status: 429 } => Overloaded,
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } } => Unavailable,
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } } => Unavailable,
        _ when !repeatable => 0,
        { Result.Status: 500 } => InternalError,
        { Result.Status: 502 or 503 or 504 } => Unavailable,
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } } => 0,
        { Exception: HttpRequestException or IOException or InvalidDataException } => Unavailable,
        { Exception: TimeoutException } => TimedOut,
        _ => 0,
    };
}
