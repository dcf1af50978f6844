# shellcheck shell=bash disable=SC2154 # variables that keys/ca sets
# SPDX-License-Identifier: MIT
# The report on all certificates: a table on standard output, and on standard error a line for each that needs care.

readonly WARNING_DAYS=14

print_row() {
    printf '%-10s %-32s %-40s %-10s %6s  %s\n' "$@"
}

# Something that is not as it should be: it gets its line, and the command fails.
complain() {
    say "$@"
    failed=1
}

# Fills $revoked with the serial numbers on the list, between spaces.
read_revocation_list() {
    local list=$dir/ca.crl verdict update
    if [[ ! -e $list ]]; then
        complain "$list is missing: keys/ca renew$dir_hint writes an empty one"
        return
    fi
    # Not every version of openssl tells a wrong signature by its exit status, but by its words.
    verdict=$(openssl crl -in "$list" -CAfile "$dir/ca.crt" -no-CApath -no-CAstore -verify -noout 2>&1) || :
    if [[ $verdict != *'verify OK'* ]]; then
        complain "$list is not a list of the authority in ca.crt"
        return
    fi
    revoked=" $(openssl crl -in "$list" -noout -text | sed -n 's/^ *Serial Number: //p' | paste -s -d ' ') "
    update=$(openssl crl -in "$list" -noout -nextupdate | sed 's/^nextUpdate=//')
    [[ $update == NONE || $(date -d "$update" +%s) -gt $now ]] || complain "$list is out of date since $update"
}

# What is wrong with the private key of a certificate: NAME, description. Prints nothing when all is well.
key_fault() {
    local key=$dir/$1.key
    if [[ ! -e $key ]]; then
        # The authority's may be kept elsewhere.
        [[ $1 == ca ]] || echo 'key missing'
    elif [[ $(stat -L -c %a -- "$key") == *[1-7] ]]; then
        echo 'key open to everybody'
    elif [[ -r $key ]] && ! is_key_of "$key" "$2"; then
        echo 'key of another certificate'
    fi
}

# What is wrong with a certificate, as for key_fault.
certificate_fault() {
    local name=$1 description=$2 file=$dir/$1.crt purpose=client
    [[ $(usage_of "$name") != serverAuth ]] || purpose=server
    if [[ $name == ca ]]; then
        is_issued_here "$file" || echo 'not an authority'
        key_fault "$name" "$description"
    elif ! is_issued_here "$file" -purpose "ssl$purpose"; then
        if is_issued_here "$file"; then echo "not for a $purpose"; else echo 'of another authority'; fi
    elif [[ $revoked == *" $(field_of serial "$description") "* ]]; then
        echo revoked
    elif is_in_set "$name" && [[ $(identity_of "$description") != spiffe://*/"$name" ]]; then
        echo 'wrong identity'
    else
        key_fault "$name" "$description"
    fi
}

# What to do about a certificate.
remedy_for() {
    if [[ $1 == ca ]]; then
        echo "keys/ca make --force$dir_hint"
    elif is_in_set "$1"; then
        echo "keys/ca renew $1$dir_hint"
    else
        echo "keys/ca renew $1$dir_hint, or remove its files"
    fi
}

report_missing() {
    local state=missing
    [[ ! -e $dir/$1.crt ]] || state='not readable'
    print_row "$1" - - - - "$state"
    complain "$dir/$1.crt is $state: $(remedy_for "$1")"
}

report_certificate() {
    local name=$1 file=$dir/$1.crt description begins_in ends_in day days_left state identity
    description=$(describe_certificate "$file") || { report_missing "$name"; return; }
    day=$(field_of notAfter "$description")
    ends_in=$(($(date -d "$day" +%s) - now))
    begins_in=$(($(date -d "$(field_of notBefore "$description")" +%s) - now))
    day=${day%% *}
    # Whole days, rounded down below zero too: 0 on the last day, -1 on the first without.
    days_left=$(((ends_in >= 0 ? ends_in : ends_in - 86399) / 86400))
    state=$(certificate_fault "$name" "$description")
    if ((ends_in < 0)); then
        state=expired
        complain "$file expired on $day: $(remedy_for "$name")"
    elif ((begins_in > 0)); then
        state='not valid yet'
        complain "$file is not valid yet: is the clock right?"
    # What somebody put here for another purpose is no concern of the programs.
    elif [[ -n $state ]] && { [[ $state != 'of another authority' ]] || is_in_set "$name"; }; then
        complain "$file: $state: $(remedy_for "$name")"
    elif [[ -z $state ]] && ((ends_in < WARNING_DAYS * 86400)); then
        state='expires soon'
        say "warning: $file expires on $day: $(remedy_for "$name")"
    fi
    identity=$(identity_of "$description")
    print_row "$name" "${identity:--}" "$(field_of serial "$description")" "$day" "$days_left" "${state:-ok}"
}

command_status() {
    local name file now revoked='' failed=0
    ((${#names[@]} == 0)) || die_usage "status takes no name: ${names[0]}"
    [[ -e $dir/ca.crt ]] || die "there is no $dir/ca.crt: keys/ca make$dir_hint"
    now=$(date +%s)
    print_row NAME IDENTITY SERIAL EXPIRES DAYS STATE
    for name in "${SET[@]}"; do
        [[ $name != discount ]] || read_revocation_list
        report_certificate "$name"
    done
    for file in "$dir"/*.crt; do
        name=${file##*/} name=${name%.crt}
        is_in_set "$name" || report_certificate "$name"
    done
    report_installed
    return "$failed"
}
