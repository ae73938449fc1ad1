using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cluster;

public sealed partial class ClusterClient
{
    private static readonly ResourceKind TokenReview = new(
        "authentication.k8s.io", "v1", "TokenReview", "tokenreviews", Namespaced: false);

    private static readonly ResourceKind SubjectAccessReview = new(
        "authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", Namespaced: false);

    /// <summary>Whom a bearer token stands for; null when the server does not accept it.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached, or lets nobody like us ask.</exception>
    public async Task<ReviewedUser?> ReviewTokenAsync(SecretText token, CancellationToken ct)
    {
        var status = await CreateReviewAsync(TokenReview, new JsonObject { ["token"] = token.Reveal() }, ct);
        return status?.IsTrue("authenticated") == true && status.Map("user") is { } user ? new ReviewedUser(user) : null;
    }

    /// <summary>Whether somebody may <c>get</c> a path that is no resource.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached, or lets nobody like us ask.</exception>
    public async Task<bool> MayGetPathAsync(ReviewedUser user, string path, CancellationToken ct)
    {
        var spec = user.ToSubject();
        spec["nonResourceAttributes"] = new JsonObject { ["path"] = path, ["verb"] = "get" };
        return (await CreateReviewAsync(SubjectAccessReview, spec, ct))?.IsTrue("allowed") == true;
    }

    /// <summary>The status of a review.</summary>
    private async Task<JsonObject?> CreateReviewAsync(ResourceKind kind, JsonObject spec, CancellationToken ct)
    {
        var review = new JsonObject { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["spec"] = spec };
        var request = new ApiRequest(HttpMethod.Post, ResourcePaths.Of(kind, null))
        {
            Verb = "create",
            Kind = kind,
            ContentType = "application/json",
            Body = Encoding.UTF8.GetBytes(review.ToJsonString()),
        };
        return (await _api.ObjectAsync(request, ct)).Map("status");
    }
}
