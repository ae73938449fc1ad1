using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

public sealed class SandboxContract(ApiServerSandbox server) : ApiServerContract(server), IClassFixture<ApiServerSandbox>;
