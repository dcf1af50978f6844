# shellcheck shell=bash disable=SC2154 # variables that keys/ca sets
# SPDX-License-Identifier: MIT
# Copies of the files in $dir where programs read them: $install_dirs. What such a directory has is replaced when it
# differs; what it does not have, and the authority's key, never comes there.

# Prints the names of the files that a directory has of ours, each key before its certificate.
installed_in() {
    local file name
    for file in "$dir"/*.crt; do
        for name in "$(basename -- "${file%.crt}.key")" "$(basename -- "$file")"; do
            [[ $name == ca.key || ! -e $dir/$name || ! -e $1/$name ]] || echo "$name"
        done
    done
    [[ ! -e $dir/ca.crl || ! -e $1/ca.crl ]] || echo ca.crl
}

# Stops when a directory is none that files can be replaced in: before anything is changed.
check_install_dirs() {
    local to name
    for to in "${install_dirs[@]}"; do
        [[ -d $to ]] || die "there is no directory $to"
        [[ $to != "$(realpath -- "$dir")" ]] || die "$to is where the files are made"
        [[ -w $to ]] || die "cannot write in $to"
        [[ -n $(installed_in "$to") ]] ||
            die "$to has none of the files: put those there once that its program reads, and install keeps them up to date"
        # Whoever owns the directory may be trusted less than whoever runs this.
        for name in $(installed_in "$to"); do
            [[ ! -L $to/$name ]] || die "$to/$name is a link: install where it leads"
        done
        [[ $command == make || ! -e $to/ca.crt ]] || cmp -s -- "$dir/ca.crt" "$to/ca.crt" ||
            die "$to/ca.crt is another authority: make --force --install$dir_hint replaces it with what it issued"
    done
}

# Whoever may read the old file may read the new one: NAME, directory.
install_file() {
    local from=$dir/$1 to=$2/$1 new=$2/.$1.new
    ! cmp -s -- "$from" "$to" || return 0
    rm -f -- "$new"
    # Made anew, and by nobody else.
    if ! { (set -o noclobber && cat -- "$from" >"$new") && chown --reference="$to" -- "$new" && chmod --reference="$to" -- "$new"; } 2>/dev/null; then
        rm -f -- "$new"
        die "cannot replace $to with its owner and mode: run this as root, or as its owner"
    fi
    [[ $1 != *.key ]] || chmod o= -- "$new"
    sync -- "$new"
    mv -fT -- "$new" "$to"
    echo "$to: installed"
}

install_files() {
    local to name
    for to in "${install_dirs[@]}"; do
        for name in $(installed_in "$to"); do
            install_file "$name" "$to"
        done
        sync -- "$to" || :
    done
}

# Copies that are not what is in $dir, for the report.
report_installed() {
    local to name
    for to in "${install_dirs[@]}"; do
        [[ -n $(installed_in "$to") ]] || complain "$to has none of the files"
        for name in $(installed_in "$to"); do
            cmp -s -- "$dir/$name" "$to/$name" || complain "$to/$name is not the one in $dir: keys/ca install $to$dir_hint"
        done
    done
}
