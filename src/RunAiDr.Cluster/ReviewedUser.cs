using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster;

/// <summary>Whom a bearer token stands for, as the API server has said.</summary>
public sealed class ReviewedUser
{
    private readonly JsonObject _info;

    internal ReviewedUser(JsonObject info) => _info = info;

    public string Name => _info.Text("username") ?? "";

    /// <summary>The fields by which a SubjectAccessReview names somebody.</summary>
    internal JsonObject ToSubject()
    {
        var subject = new JsonObject { ["user"] = Name };
        foreach (var field in (string[])["groups", "uid", "extra"])
        {
            if (_info[field] is { } value)
            {
                subject[field] = value.DeepClone();
            }
        }

        return subject;
    }
}
