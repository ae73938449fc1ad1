using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

public sealed class RealApiServerContract(ApiServerReal server) : ApiServerContract(server), IClassFixture<ApiServerReal>;
