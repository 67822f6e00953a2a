# shellcheck shell=sh
# What the tests need beside a JDK and Maven. Read with `.` after toolchain.sh.
#
# Tools are installed where their command is missing. Servers are never installed: an installed mail server would start, take over
# port 25 and remove the one that is there. They are downloaded and unpacked, each into a root of its own:
#   target/debian/NAME/            the packages' files (usr/sbin/postfix …) and the libraries that this host lacks
#   target/debian/NAME.packages    what was unpacked: a second run finds it and does nothing
# The tests run them from there, with LD_LIBRARY_PATH or in a mount namespace.
# shellcheck disable=SC2154  # root and is_root come from toolchain.sh

debian=$root/target/debian

# command package
test_tools='
ssh openssh-client
sftp openssh-client
ip iproute2
curl curl
pscp putty-tools
dbclient dropbear-bin
lftp lftp
busybox busybox
ksh ksh
dash dash
shellcheck shellcheck
netstat net-tools
nc netcat-openbsd
strace strace
setfacl acl
journalctl systemd
unshare util-linux
mount mount
chromium chromium fonts-dejavu-core fonts-liberation
'

# root packages…
test_servers='
postfix postfix postfix-lmdb postfix-cdb
dovecot dovecot-core dovecot-imapd dovecot-pop3d
exim4 exim4-base exim4-daemon-light
opensmtpd opensmtpd
sendmail sendmail-bin sendmail-base sendmail-cf m4
openssh-server openssh-server openssh-sftp-server
rsyslog rsyslog
redis redis-server redis-tools redis-sentinel
haproxy haproxy
keepalived keepalived
nftables nftables
prometheus prometheus
opendkim opendkim
rspamd rspamd
'

# missing_tools: prints the packages whose commands are not here, each once.
missing_tools() {
    printf '%s\n' "$test_tools" | while read -r tool package; do
        if [ -n "$tool" ] && ! command -v "$tool" >/dev/null; then
            printf '%s\n' "$package"
        fi
    done | sort -u
}

# missing_servers: prints the lines of test_servers that are not unpacked.
missing_servers() {
    printf '%s\n' "$test_servers" | while read -r name packages; do
        if [ -n "$name" ] && [ "$(cat "$debian/$name.packages" 2>/dev/null)" != "$packages" ]; then
            printf '%s %s\n' "$name" "$packages"
        fi
    done
}

# need_root: or ends with why, and what else is missing.
need_root() {
    ! is_root || return 0
    tools=$(missing_tools | tr '\n' ' ')
    servers=$(missing_servers | cut -d ' ' -f 1 | tr '\n' ' ')
    die 77 "the whole run needs root: its tests put clients and mail servers into network namespaces of their own, with the
addresses that real ones would have. Run it as root (sudo ./test), or ./test --quick for the others.
  Commands missing here:     ${tools:-none}${tools:+ (apt-get install $tools)}
  Servers not unpacked yet:  ${servers:-none}"
}

# need_test_packages: all of the above, or ends with what is missing.
need_test_packages() {
    tools=$(missing_tools | tr '\n' ' ')
    servers=$(missing_servers)
    [ -n "$tools$servers" ] || return 0
    command -v apt-get >/dev/null || die 78 "the tests take their servers from Debian's packages, and apt-get is not here."
    refresh_lists
    if [ -n "$tools" ]; then
        install_tools
    fi
    if [ -n "$servers" ]; then
        unpack_servers
    fi
}

# need_tools_only: what ./test --quick needs.
need_tools_only() {
    command -v shellcheck >/dev/null || offer_package shellcheck shellcheck ||
        die 78 "shellcheck is missing.
  Install it:  apt-get install shellcheck"
}

install_tools() {
    # shellcheck disable=SC2086  # tools is a list of words
    if removed=$(apt-get -s install --no-install-recommends $tools | sed -n 's/^Remv \([^ ]*\).*/\1/p') && [ -n "$removed" ]; then
        die 78 "installing $tools would remove $(printf '%s' "$removed" | tr '\n' ' '): the tests do not do that."
    fi
    say "installing for the tests: $tools"
    # shellcheck disable=SC2086
    apt_install $tools >"$root/target/apt.log" 2>&1 || die 70 "apt-get install failed: see target/apt.log."
}

unpack_servers() {
    say "unpacking for the tests, not installing: $(printf '%s\n' "$servers" | cut -d ' ' -f 1 | tr '\n' ' ')"
    mkdir -p "$debian"
    printf '%s\n' "$servers" | while read -r server; do
        # shellcheck disable=SC2086  # a list of words
        unpack_server $server || exit
    done || exit
}

# unpack_server NAME PACKAGE…: the packages, and the libraries that they need and this host lacks, into the root NAME.
unpack_server() {
    into=$debian/$1
    work=$debian/.$1
    shift
    rm -rf "${into:?}" "$into.packages" "$work"
    mkdir -p "$work/packages" "$work/root"
    # A simulated installation tells what would come along; -s changes nothing.
    libraries=$(apt-get -s install --no-install-recommends "$@" 2>>"$root/target/apt.log" |
        sed -n 's/^Inst \(lib[^ ]*\).*/\1/p' | grep -v -e '^libpam-' -e '^libnss-' || true)
    # shellcheck disable=SC2086  # libraries is a list of words
    if ! (cd "$work/packages" && apt-get -q -o APT::Sandbox::User=root download "$@" $libraries) \
        >>"$root/target/apt.log" 2>&1 </dev/null; then
        die 70 "apt-get download $* failed: see target/apt.log."
    fi
    for archive in "$work/packages"/*.deb; do
        dpkg-deb -x "$archive" "$work/root" || die 70 "cannot unpack $archive."
    done
    # A host of the tests has /usr laid over its own, and /lib is /usr/lib there.
    if [ -d "$work/root/lib" ]; then
        mkdir -p "$work/root/usr/lib"
        cp -a "$work/root/lib/." "$work/root/usr/lib/"
        rm -rf "$work/root/lib"
    fi
    mv "$work/root" "$into"
    rm -rf "$work"
    printf '%s\n' "$*" >"$into.packages"
}
