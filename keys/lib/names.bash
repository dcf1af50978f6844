# shellcheck shell=bash disable=SC2154 # variables that keys/ca sets
# SPDX-License-Identifier: MIT
# What may be written into a certificate: names of programs, trust domains, hosts. Pure text, nothing is read or run.

is_slug() {
    [[ $1 =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]]
}

is_trust_domain() {
    [[ $1 =~ ^[a-z0-9._-]{1,255}$ ]]
}

is_ipv4() {
    local octet='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
    [[ $1 =~ ^($octet\.){3}$octet$ ]]
}

# RFC 4291, 2.2: eight groups, or fewer with one "::"; an IPv4 address may stand for the last two.
is_ipv6() {
    local text=$1 colons
    if [[ $text =~ ^(.*:)([0-9.]+)$ && ${BASH_REMATCH[2]} == *.* ]]; then
        # The groups come first: another match overwrites them.
        text=${BASH_REMATCH[1]}0:0
        is_ipv4 "${1##*:}" || return 1
    fi
    [[ $text =~ ^(([0-9a-fA-F]{1,4}(:|$))|:)+$ && $text != *:::* && $text != *::*::* ]] || return 1
    [[ $text != :[!:]* && $text != *[!:]: ]] || return 1
    colons=${text//[!:]/}
    case $text in
    ::* | *::) ((${#colons} <= 8)) ;;
    *::*) ((${#colons} <= 7)) ;;
    *) ((${#colons} == 7)) ;;
    esac
}

# Labels of letters, digits and hyphens (RFC 1123, 2.1); a last label of digits would be a misspelt IPv4 address.
is_dns_name() {
    local label='[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
    [[ ${#1} -le 253 && $1 =~ ^($label\.)*$label$ && ! $1 =~ (^|\.)[0-9]+$ ]]
}

# Prints a host as a subject alternative name, or fails.
host_san() {
    if is_ipv4 "$1" || is_ipv6 "$1"; then
        echo "IP:$1"
    elif is_dns_name "$1"; then
        echo "DNS:${1,,}"
    else
        return 1
    fi
}
