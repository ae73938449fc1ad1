namespace RunAiDr.Tests.Support;

/// <summary>
/// The real API server of <c>RUNAI_DR_TEST_KUBECONFIG</c>, or one started from the programs in
/// <c>KUBEBUILDER_ASSETS</c>; absent when neither is set.
/// </summary>
public sealed class ApiServerReal : ApiServerFixture
{
    private readonly string? _given = Variable("RUNAI_DR_TEST_KUBECONFIG");
    private readonly string? _assets = Variable("KUBEBUILDER_ASSETS");
    private ApiServerProcesses? _own;

    public override string? Absence => _given is null && _assets is null
        ? "needs a real API server: set RUNAI_DR_TEST_KUBECONFIG (a kubeconfig) or KUBEBUILDER_ASSETS (a folder with etcd and kube-apiserver)"
        : null;

    public override string KubeconfigPath =>
        _given ?? _own?.KubeconfigPath ?? throw new InvalidOperationException(Absence);

    public override async Task InitializeAsync()
    {
        if (_given is null && _assets is not null)
        {
            _own = await ApiServerProcesses.StartAsync(_assets, CancellationToken.None);
        }
    }

    public override async Task<bool> CompactAsync()
    {
        if (_own is null)
        {
            return false;
        }

        await _own.CompactAsync();
        return true;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
