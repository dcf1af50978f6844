# shellcheck shell=bash disable=SC2154 # variables that keys/ca sets
# SPDX-License-Identifier: MIT
# Reads certificates and makes new ones with openssl. New files go into $staged (see change.bash).

# What the machine's own OpenSSL settings say takes no part.
export OPENSSL_CONF=/dev/null

# What a certificate says: its public key, lines "serial=", "notBefore=" and "notAfter=", its alternative names. Fails
# when the file is no certificate.
describe_certificate() {
    openssl x509 -in "$1" -noout -pubkey -serial -startdate -enddate -dateopt iso_8601 -ext subjectAltName 2>/dev/null
}

# Prints one field of such a description: serial, notBefore, notAfter.
field_of() {
    [[ $2 =~ $'\n'"$1="([^$'\n']*) ]]
    echo "${BASH_REMATCH[1]}"
}

# Prints the identity in a description: its URI; nothing when it has none.
identity_of() {
    [[ ! $1 =~ URI:([^,$'\n']*) ]] || echo "${BASH_REMATCH[1]}"
}

# Whether a private key file can be read, without a passphrase, and belongs to the certificate of a description.
is_key_of() {
    local public
    public=$(openssl pkey -in "$1" -pubout -passin pass: 2>/dev/null) && [[ $2 == *"$public"* ]]
}

# Prints the alternative names of a certificate, one a line, in the form in which they are asked for.
list_sans() {
    openssl x509 -in "$1" -noout -ext subjectAltName 2>/dev/null |
        sed -n '/^ /{s/^ *//; s/IP Address:/IP:/g; s/, /\n/g; p}'
}

# Whether the authority issued it, also for the purpose that further options of `openssl verify` name. The file may
# bring intermediates along. Dates are looked at elsewhere.
is_issued_here() {
    openssl verify -no_check_time -no-CApath -no-CAstore -CAfile "$dir/ca.crt" -untrusted "$1" "${@:2}" "$1" &>/dev/null
}

# Whether a certificate is for a server.
is_server_certificate() {
    [[ $(openssl x509 -in "$1" -noout -ext extendedKeyUsage 2>/dev/null) == *'TLS Web Server Authentication'* ]]
}

# Prints N random bytes in hexadecimal.
random_hex() {
    od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}

# Runs openssl; when it fails, the last thing it said is the one line of the error.
run_openssl() {
    openssl "$@" 2>"$work/openssl.err" || die "openssl $1: $(grep -v '^[.+*-]*$' "$work/openssl.err" | tail -n 1)"
}

# Makes $staged/NAME.key and .crt: NAME, common name, days, lines of extensions; options of openssl that say who signs.
make_pair() {
    local name=$1 common_name=$2 days=$3 extensions=$4 serial
    serial=$(random_hex 16)
    cat >"$work/openssl.cnf" <<END
[req]
distinguished_name = subject
x509_extensions = extensions
prompt = no
[subject]
CN = $common_name
[extensions]
subjectKeyIdentifier = hash
$extensions
END
    run_openssl req -x509 -config "$work/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -sha256 \
        -days "$days" -set_serial "0x$serial" -keyout "$staged/$name.key" -out "$staged/$name.crt" "${@:5}"
    # Whatever was issued can be revoked later, also when its file was replaced.
    cp -- "$staged/$name.crt" "$staged/db/$name-$serial.crt"
}

# The authority for a trust domain. Its common name is new each time, so that two authorities are told apart in errors.
make_authority() {
    make_pair ca "$1 CA $(random_hex 4)" "$CA_DAYS" "basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
authorityKeyIdentifier = keyid:always
subjectAltName = URI:spiffe://$1"
}

# A leaf: NAME, extended usage, days, the authority's files without their ending, alternative names.
make_leaf() {
    local name=$1 usage=$2 days=$3 authority=$4 sans
    sans=$(printf '%s\n' "${@:5}" | awk '!seen[$0]++' | paste -s -d ,)
    make_pair "$name" "$name" "$days" "basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = $usage
authorityKeyIdentifier = keyid, issuer
subjectAltName = $sans" -CA "$authority.crt" -CAkey "$authority.key"
}

# Writes $staged/ca.crl: the authority's files without their ending, then the certificates that are to be revoked. What
# was revoked before comes from $db, unless the authority is a new one in $staged.
write_revocation_list() {
    local authority=$1 file options
    options=(-config openssl.cnf -cert "$authority.crt" -keyfile "$authority.key")
    # openssl leaves copies about, and the file names in its settings know no quoting: a directory for it alone.
    mkdir -- "$work/list"
    cd -- "$work/list" || exit
    cat >openssl.cnf <<'END'
[ca]
default_ca = authority
[authority]
database = index.txt
crlnumber = crlnumber
default_md = sha256
unique_subject = no
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid, issuer
END
    : >index.txt
    echo 01 >crlnumber
    [[ $authority == "$staged"/* || ! -e $db/index.txt ]] || cp -- "$db/index.txt" "$db/crlnumber" .
    for file in "${@:2}"; do
        run_openssl ca "${options[@]}" -revoke "$file"
    done
    run_openssl ca "${options[@]}" -gencrl -crldays "$CA_DAYS" -out "$staged/ca.crl"
    cp -- index.txt crlnumber "$staged/db/"
    cd -- / || exit
}
