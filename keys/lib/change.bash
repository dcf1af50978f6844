# shellcheck shell=bash disable=SC2154 # variables that keys/ca sets
# SPDX-License-Identifier: MIT
# A change of the files in $dir: prepared aside, decided by one rename, moved into place.
#
# New files are made in $staged, below a directory that nobody else can enter. Renaming $staged to $committed decides
# that the change happens; then its files are moved to where they belong. A crash before that rename leaves rubbish that
# the next command clears away; after it, the next command moves the files that are left.

# Waits until nobody else works here, and finishes a change that was cut short.
take_lock() {
    [[ -z $is_locked ]] || return 0
    exec 9>>"$db/lock"
    flock -w "$LOCK_SECONDS" 9 || die "another keys/ca is at work in $dir"
    is_locked=1
    trap 'rm -rf -- "$work"' EXIT
    install_committed
}

begin_change() {
    [[ -d $dir ]] || die "there is no directory $dir"
    if ! { [[ -w $dir ]] && mkdir -p -- "$db" && : >>"$db/lock"; } 2>/dev/null; then
        die "cannot write in $dir"
    fi
    take_lock
    rm -rf -- "$work"
    mkdir -p -- "$staged/db"
}

# All is on the disk before it is renamed, so that a file is the old one or the new one after a power failure too.
commit_change() {
    local file
    for file in "$staged"/*.key; do
        keep_owner "$file" "$dir/${file##*/}"
    done
    for file in "$staged"/*.crt "$staged"/*.crl; do
        chmod 0644 -- "$file"
    done
    sync -- "$staged"/* "$staged"/db/* 2>/dev/null || die "cannot write to the disk of $dir"
    mv -T -- "$staged" "$committed"
    install_committed
}

# A daemon that may read the old key may read the new one: its owner, its group and the group's right to read stay.
keep_owner() {
    local new=$1 old=$2 mode
    [[ -e $old ]] || return 0
    chown --reference="$old" -- "$new" 2>/dev/null || return 0
    mode=$(stat -L -c %a -- "$old")
    chmod "$(printf '%o' $((8#$mode & 8#640 | 8#600)))" -- "$new"
}

# Each key goes just before its certificate. A program that looks between the two finds that they do not belong together
# and goes on with the pair that it has.
install_committed() {
    local file files=()
    [[ -d $committed ]] || return 0
    trap '' HUP INT TERM
    for file in "$committed"/*.crt; do
        files+=("${file%.crt}".ke[y] "$file")
    done
    files+=("$committed"/*.crl)
    ((${#files[@]} == 0)) || mv -f -- "${files[@]}" "$dir/"
    files=("$committed"/db/*)
    ((${#files[@]} == 0)) || mv -f -- "${files[@]}" "$db/"
    rm -rf -- "$committed"
    sync -- "$dir" "$db" || :
    trap - HUP INT TERM
}
