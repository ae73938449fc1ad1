using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;

namespace RunAiDr.Tests.Core.Helm;

public class HelmManifestTests
{
    [Fact]
    public void Each_document_is_an_object_and_what_cannot_be_read_is_left_out()
    {
        const string Manifest = """
            ---
            # Source: web/templates/a.yaml
            kind: Deployment
            metadata: {name: a}
            ---
            # nothing but a comment
            ---
            a: &anchor b
            kind: Secret
            ---
            # Source: web/templates/b.yaml
            kind: ConfigMap
            data:
              text: |
                a
                  --- b
            """;

        Assert.Equal(["Deployment", "ConfigMap"], HelmManifest.Objects(Manifest).Select(made => made.Text("kind")));
    }
}
