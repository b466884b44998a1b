#!/usr/bin/env bash
# judge_tls.sh BINARY: OpenSSL, curl and testssl judge the HTTPS of a real server with a certificate of `telecast tls`. Ends with the number
# of findings by severity; fails if one is above LOW, but for those of a chain that nobody outside the household trusts.
# Not part of `make test`: testssl takes two minutes.
set -euo pipefail
binary=$(realpath "${1:?judge_tls.sh BINARY}")
testssl=$(command -v testssl || command -v testssl.sh) ||
    { echo "judge_tls.sh: testssl is missing (Debian: apt-get install testssl.sh)" >&2; exit 1; }
for tool in openssl curl python3; do
    command -v "$tool" >/dev/null || { echo "judge_tls.sh: $tool is missing (Debian: apt-get install $tool)" >&2; exit 1; }
done
folder=$(mktemp -d) server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$binary" tls --name localhost --name 127.0.0.1 >/dev/null
printf '[server]\nlisten = "127.0.0.1:%s"\n[server.tls]\ncertificate = "data/tls/server.crt"\nkey = "data/tls/server.key"\n' "$port" >telecast.toml
"$binary" serve >server.log 2>&1 &
server=$!
for _ in $(seq 100); do "$binary" health >/dev/null 2>&1 && break; sleep 0.2; done
"$binary" health >/dev/null || { cat server.log >&2; exit 1; }

failed=0
judge() { # judge WHAT EXPECTED COMMAND…: what it says has EXPECTED in it
    local what=$1 expected=$2 said
    shift 2
    said=$("$@" 2>&1 </dev/null || true)
    if grep -q -- "$expected" <<<"$said"; then echo "ok      $what"; else echo "FAILED  $what: $said" && failed=1; fi
}
client=(openssl s_client -connect "127.0.0.1:$port" -CAfile data/tls/authority.crt -verify_return_error -verify_ip 127.0.0.1)
judge "openssl verify, strictly" ": OK" openssl verify -x509_strict -purpose sslserver -verify_hostname localhost -CAfile data/tls/authority.crt data/tls/server.crt
judge "openssl, TLS 1.3, h2" "ALPN protocol: h2" "${client[@]}" -tls1_3 -alpn h2,http/1.1
judge "openssl, TLS 1.2, http/1.1" "ALPN protocol: http/1.1" "${client[@]}" -tls1_2 -alpn http/1.1
judge "openssl, the chain is believed" "Verify return code: 0 (ok)" "${client[@]}"
for old in -tls1 -tls1_1; do
    judge "openssl, $old is refused" "alert \(handshake failure\|protocol version\)" "${client[@]}" "$old" -cipher DEFAULT:@SECLEVEL=0
done
curls=(curl --silent --show-error --cacert data/tls/authority.crt --output /dev/null --write-out '%{http_version} %{http_code} %{redirect_url}')
judge "curl --http2" "^2 200" "${curls[@]}" --http2 "https://localhost:$port/healthz"
judge "curl --http1.1" "^1.1 200" "${curls[@]}" --http1.1 "https://localhost:$port/healthz"
judge "curl, by plain HTTP" "^1.1 308 https://localhost:$port/watch" "${curls[@]}" "http://localhost:$port/watch"

"$testssl" --quiet --color 0 --warnings batch --jsonfile findings.json "https://localhost:$port/" >testssl.log 2>&1 || true
python3 - findings.json <<'END' || failed=1
import collections, json, sys
# Of a household's own authority: outside it nobody knows that, it has no revocation, and no log of the web's certificates has heard of it.
household = ("cert_chain_of_trust", "cert_crlDistributionPoints", "cert_revocation", "cert_ocspURL", "OCSP", "overall_grade", "grade_cap", "final_score")
findings = json.load(open(sys.argv[1]))
counts = collections.Counter(one["severity"] for one in findings)
graver = [one for one in findings if one["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL")]
for one in findings:
    if one["severity"] not in ("OK", "INFO"):
        print(f'{one["severity"]:8}{one["id"]}: {one["finding"]}')
print("testssl:", ", ".join(f"{counts[name]} {name}" for name in ("OK", "INFO", "LOW", "WARN", "MEDIUM", "HIGH", "CRITICAL", "FATAL")))
foreign = [one for one in graver if not one["id"].startswith(household)]
sys.exit(bool(foreign) or counts["OK"] < 20)
END
exit "$failed"
