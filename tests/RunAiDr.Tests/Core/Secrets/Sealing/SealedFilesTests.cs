using RunAiDr.Core.Secrets.Sealing;

namespace RunAiDr.Tests.Core.Secrets.Sealing;

public sealed class SealedFilesTests
{
    [Theory]
    [InlineData("values/runai-backend.yaml")]
    [InlineData("namespaces/runai/secrets/runai-reg-creds.yaml")]
    [InlineData("namespaces/runai/secrets/a.macs.yaml")]
    [InlineData("namespaces/runai/secrets/a.age.yaml")]
    [InlineData("namespaces/runai/secrets/a.sops.yaml")]
    public void A_file_of_secrets_tells_its_document(string document)
    {
        foreach (var file in new[] { SealedFiles.PathOf(document, ".age"), SealedFiles.PathOf(document, ".sops.yaml"), SealedFiles.MacsPathOf(document), SealedFiles.SealPathOf(document) })
        {
            Assert.StartsWith("secrets/", file, StringComparison.Ordinal);
            Assert.Equal(document, SealedFiles.DocumentOf(file));
            Assert.Equal(file == SealedFiles.MacsPathOf(document), SealedFiles.IsMacs(file));
            Assert.Equal(file == SealedFiles.SealPathOf(document), SealedFiles.IsSeal(file));
        }
    }

    [Theory]
    [InlineData(SealedFiles.RecipientsPath)]
    [InlineData("secrets/other.txt")]
    [InlineData("values/runai-backend.age")]
    [InlineData("values/runai-backend.macs.yaml")]
    public void Other_files_are_of_no_document(string path)
    {
        Assert.Null(SealedFiles.DocumentOf(path));
    }
}
