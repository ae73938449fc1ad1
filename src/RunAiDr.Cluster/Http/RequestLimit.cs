using RunAiDr.Cluster.Connections;

namespace RunAiDr.Cluster.Http;

/// <summary>Ends one request when the server keeps it waiting too long, and knows in which phase that was.</summary>
internal sealed class RequestLimit : IDisposable
{
    private readonly ClusterTimeouts _timeouts;
    private readonly CancellationTokenSource _step;
    private readonly CancellationTokenSource _whole;
    private readonly CancellationTokenSource _any;
    private bool _reading;

    public RequestLimit(ClusterTimeouts timeouts, TimeProvider clock, CancellationToken ct)
    {
        _timeouts = timeouts;
        _step = new CancellationTokenSource(timeouts.Answer, clock);
        _whole = new CancellationTokenSource(timeouts.Whole, clock);
        _any = CancellationTokenSource.CreateLinkedTokenSource(ct, _step.Token, _whole.Token);
    }

    public CancellationToken Token => _any.Token;

    /// <summary>The headers, or the next bytes of the body, have come.</summary>
    public void Reading()
    {
        _reading = true;
        _step.CancelAfter(_timeouts.Idle);
    }

    public TimeoutException Elapsed(Exception inner) => this switch
    {
        { _whole.IsCancellationRequested: true } =>
            new($"the answer was not complete after {_timeouts.Whole.TotalSeconds:0.#} s", inner),
        { _step.IsCancellationRequested: true, _reading: true } =>
            new($"the answer stopped in the middle for {_timeouts.Idle.TotalSeconds:0.#} s", inner),
        { _step.IsCancellationRequested: true } =>
            new($"no answer within {_timeouts.Answer.TotalSeconds:0.#} s", inner),
        _ => new($"no connection within {_timeouts.Connect.TotalSeconds:0.#} s", inner),
    };

    public void Dispose()
    {
        _any.Dispose();
        _whole.Dispose();
        _step.Dispose();
    }
}
