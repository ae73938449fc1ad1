using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Rehydration.Parts;

public sealed class ControlPlaneClaimsTests
{
    [Theory]
    [InlineData("{}", "data-runai-backend-postgresql-0", false)] // the StatefulSet takes its own claim by name
    [InlineData("""{"postgresql":{"primary":{"persistence":{"existingClaim":""}}}}""", "data-runai-backend-postgresql-0", false)]
    [InlineData("""{"postgresql":{"primary":{"persistence":{"existingClaim":"pvc-postgresql"}}}}""", "pvc-postgresql", false)]
    [InlineData("{}", "pvc-postgresql", true)]
    [InlineData("""{"postgresql":{"primary":{"persistence":{"existingClaim":null,"storageClass":"x"}}}}""", "pvc-postgresql", true)]
    [InlineData("""{"postgresql":{"primary":{"persistence":{"existingClaim":"other"}}}}""", "data-runai-backend-postgresql-0", true)]
    public void Values_are_pointed_at_a_claim_that_the_chart_would_not_find(string values, string claim, bool changed)
    {
        var body = JsonNode.Parse(values)!.AsObject();

        Assert.Equal(changed, ControlPlaneClaims.Attach(body, "runai-backend", SnapshotComponent.Database, claim));

        Assert.Equal(changed ? claim : null, changed ? (string?)body["postgresql"]!["primary"]!["persistence"]!["existingClaim"] : null);
    }
}
