namespace RunAiDr.Tests.Cluster.Helm;

/// <summary>Templates of small charts.</summary>
internal static class Yaml
{
    public static string Deployment(string name, string kind = "Deployment") => $$$"""
        apiVersion: apps/v1
        kind: {{{kind}}}
        metadata:
          name: {{{name}}}
          namespace: {{ .Release.Namespace }}
        spec:
          replicas: {{ .Values.replicas | default 1 }}
          selector: {matchLabels: {app: {{{name}}}}}
          template:
            metadata: {labels: {app: {{{name}}}}}
            spec:
              containers: [{name: main, image: example.internal/web}]

        """;

    public static string Job(string name, string annotations = "") => $$"""
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: {{name}}
          annotations: { {{annotations}} }
        spec:
          backoffLimit: 0
          template:
            spec:
              restartPolicy: Never
              containers: [{name: main, image: example.internal/job}]

        """;

    /// <summary>Helm waits for it before it installs anything else.</summary>
    public static string Hook(string name) => Job(name, "\"helm.sh/hook\": \"pre-install,pre-upgrade\"");

    public const string Secret = """
        apiVersion: v1
        kind: Secret
        metadata: {name: web-password}
        stringData:
          password: {{ .Values.password | quote }}

        """;
}
