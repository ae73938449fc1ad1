namespace RunAiDr.Tests.Support;

/// <summary>
/// Stands for sops where it is called: takes the arguments and variables that its documentation names, and answers with a
/// file of the same outline, all values in one. The package registries have no sops.
/// </summary>
internal static class SopsStandIn
{
    private const string Script =
        """
        #!/bin/sh
        config='' age='' command=''
        while [ $# -gt 0 ]; do
          case $1 in
            --config) config=$2; shift 2 ;;
            --age) age=$2; shift 2 ;;
            --input-type|--output-type) [ "$2" = yaml ] || exit 7; shift 2 ;;
            --encrypted-regex) [ "$2" = . ] || exit 7; shift 2 ;;
            --filename-override) [ "$2" = secrets.sops.yaml ] || exit 7; shift 2 ;;
            encrypt|decrypt) command=$1; shift ;;
            /dev/stdin) input=$1; shift ;;
            *) echo "unknown argument $1" >&2; exit 7 ;;
          esac
        done
        if [ "$command" = decrypt ]; then
          key=${SOPS_AGE_KEY_FILE:-$SOPS_AGE_SSH_PRIVATE_KEY_FILE}
          [ -n "$key" ] || { echo 'no key was found' >&2; exit 128; }
          sed -n 's/^whole: ENC\[\(.*\)\]$/\1/p' "$input" | base64 -d | age --decrypt -i "$key" || exit 128
          exit
        fi
        if [ -n "$config" ]; then
          [ -r "$config" ] || { echo "error loading config: could not read $config" >&2; exit 1; }
          age=$(sed -n 's/^ *age: //p' "$config")
        fi
        set --
        names=''
        old=$IFS; IFS=,
        for one in $age; do
          set -- "$@" -r "$one"
          names="$names
            - recipient: $one
              enc: |
                -----BEGIN AGE ENCRYPTED FILE-----"
        done
        IFS=$old
        if grep -q plain "${config:-/dev/null}"; then
          sed '1s/^/# as it came\n/' "$input"
        else
          sealed=$(age "$@" < "$input" | base64 -w 0) || exit 1
          echo "whole: ENC[$sealed]"
        fi
        echo "sops:
          age:$names
          lastmodified: \"2026-11-27T01:00:00Z\"
          mac: ENC[AES256_GCM,data:x,type:str]
          version: 3.9.0"
        """;

    // One for the whole run: the programs on the PATH are those of the process.
    private static readonly Lazy<string> Folder = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("runai-dr-sops-").FullName;
        var program = Path.Combine(folder, "sops");
        File.WriteAllText(program, Script + "\n");
        SealingKeys.Restrict(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{Environment.GetEnvironmentVariable("PATH")}:{folder}");
        return folder;
    });

    /// <summary>Puts it behind everything else on the PATH: a real sops goes before it.</summary>
    public static void Install() => _ = Folder.Value;
}
