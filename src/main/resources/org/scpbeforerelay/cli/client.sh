#!/bin/sh
# Announces this machine to the mail relay at @HOST@ (scp-before-relay), as @LOGIN@.
# Needs a POSIX shell, and OpenSSH's ssh or dropbear's dbclient. Nothing else has to be installed.
#
#   THIS            announce once; silent when all is well, unless at a terminal
#   THIS run        announce every four minutes; revokes when it is ended (SIGTERM, SIGINT)
#   THIS stop       revoke: this machine may no longer relay
#   THIS key        print the public key, made if there is none; the relay's operator adds it:
#                       scp-before-relay user key add @USER@ FILE
#
# Exit status: 0 done, 1 nothing to announce, 69 not reachable, 75 another run is busy, 77 refused, 78 set-up incomplete.
#
# cron, every four minutes:
#   */4 * * * *  /usr/local/bin/announce-relay
#
# systemd, /etc/systemd/system/announce-relay.service:
#   [Unit]
#   After=network-online.target
#   Wants=network-online.target
#   [Service]
#   Type=oneshot
#   ExecStart=/usr/local/bin/announce-relay
# and announce-relay.timer, then: systemctl enable --now announce-relay.timer
#   [Timer]
#   OnBootSec=15s
#   OnUnitInactiveSec=4min
#   [Install]
#   WantedBy=timers.target

# --- What this is set to; the environment may say otherwise ---------------------------------------------------------------------

host=${SBR_HOST:-'@HOST@'}
port=${SBR_PORT:-'@PORT@'}
login='@LOGIN@'
# An interface, like ppp0 or wan: its addresses are announced, only while it is up. Empty: the address that the relay sees.
interface=${SBR_INTERFACE-'@INTERFACE@'}
# Families to announce, each over a connection of its own: '4', '6' or '4 6'. Empty: those of the interface; else as it comes.
families=${SBR_FAMILIES-'@FAMILIES@'}
# The private key: OpenSSH's, or dropbear's own format. Empty: ~/.ssh/announce-relay, or with .dropbear at its end.
key=${SBR_KEY:-}
# ssh or dbclient. Empty: the first that is here.
client=${SBR_CLIENT:-}
# Where the lock lies. Empty: /var/run where that may be written, else ~.
run=${SBR_RUN:-}
# The relay's own host keys: no other host is talked to.
host_keys='@HOST_KEYS@'

attempts=${SBR_ATTEMPTS:-3}
pause=${SBR_PAUSE:-5}
limit=60

# ----------------------------------------------------------------------------------------------------------------------------------

umask 077
: "${HOME:=/root}"

# say TEXT: to the log where there is one, and to a person.
say() {
    if command -v logger >/dev/null 2>&1; then
        logger -t announce-relay -- "$1" 2>/dev/null
    fi
    if [ -t 1 ]; then
        printf '%s\n' "$1"
    fi
}

# fail STATUS TEXT: to the log, and to standard error, which cron mails.
fail() {
    if command -v logger >/dev/null 2>&1; then
        logger -t announce-relay -- "$2" 2>/dev/null
    fi
    printf 'announce-relay: %s\n' "$2" >&2
    exit "$1"
}

prepare() {
    if [ -z "$client" ]; then
        if command -v ssh >/dev/null 2>&1 && ! ssh -V 2>&1 </dev/null | grep -qi dropbear; then
            client=ssh
        elif command -v dbclient >/dev/null 2>&1; then
            client=dbclient
        else
            fail 78 "neither ssh (OpenSSH) nor dbclient (dropbear) is here: install one of them"
        fi
    fi
    case $client in
        *dbclient) flavour=dropbear ;;
        *) flavour=openssh ;;
    esac
    if [ -z "$key" ]; then
        key=$HOME/.ssh/announce-relay
        [ "$flavour" = openssh ] || key=$key.dropbear
    fi
    if [ -z "$run" ]; then
        run=/var/run
        [ -w "$run" ] || run=$HOME
    fi
    work=$run/.announce-relay-$login
    lock=$work/lock
    mkdir -p "$work/.ssh" || fail 78 "cannot write $work"
}

# pin: the relay's host keys, for either client: OpenSSH looks for [host]:port, dropbear for the host alone.
pin() {
    printf '%s\n' "$host_keys" | while read -r type blob; do
        printf '[%s]:%s %s %s\n%s %s %s\n' "$host" "$port" "$type" "$blob" "$host" "$type" "$blob"
    done >"$work/.ssh/known_hosts" || fail 78 "cannot write $work/.ssh/known_hosts"
}

# --- One run at a time ------------------------------------------------------------------------------------------------------------

# take_lock: mkdir makes it or fails, in one step. A holder that is gone, or a lock older than any run lasts, is no holder.
take_lock() {
    if ! mkdir "$lock" 2>/dev/null; then
        holder=$(cat "$lock/pid" 2>/dev/null)
        old=$(find "$lock" -prune -mmin +15 2>/dev/null)
        if [ -z "$old" ]; then
            # Without a number its holder is just about to write it.
            if [ -z "$holder" ] || kill -0 "$holder" 2>/dev/null; then
                return 1
            fi
        fi
        # Moved away first, so that of two that find it stale one takes it; what was moved must be what was found.
        mv "$lock" "$work/stale.$$" 2>/dev/null || return 1
        if [ "$(cat "$work/stale.$$/pid" 2>/dev/null)" != "$holder" ]; then
            mv "$work/stale.$$" "$lock" 2>/dev/null
            return 1
        fi
        rm -rf "$work/stale.$$"
        mkdir "$lock" 2>/dev/null || return 1
    fi
    echo $$ >"$lock/pid"
    trap 'rm -rf "$lock"' EXIT
    trap 'stop_now' INT TERM HUP
}

child=
watcher=

# stop_now: ended from outside. `run` revokes on its way out.
# shellcheck disable=SC2317  # called by a trap
stop_now() {
    # Not '': what is ignored stays ignored in the commands that are still to come.
    trap : INT TERM HUP
    for process in $child $watcher; do
        kill -9 "$process" 2>/dev/null
    done
    if [ "$mode" = run ]; then
        revoke
    fi
    exit 0
}

# --- Talking to the relay -----------------------------------------------------------------------------------------------------------

# call FAMILY ADDRESS COMMAND…: one command at the relay, from this address, over this family; both may be empty.
# Its answers go to $work/out and $work/err.
call() {
    family=$1
    from=$2
    shift 2
    if [ "$flavour" = openssh ]; then
        set -- -T -n -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 \
            -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=$work/.ssh/known_hosts" -o GlobalKnownHostsFile=/dev/null \
            -o IdentitiesOnly=yes -o ControlPath=none -o ClearAllForwardings=yes -o LogLevel=ERROR \
            -i "$key" -p "$port" -l "$login" "$host" "$@"
        [ -z "$from" ] || set -- -b "$from" "$@"
        [ -z "$family" ] || set -- "-$family" "$@"
    else
        set -- -T -i "$key" -p "$port" -l "$login" "$host" "$@"
        # dropbear has no -4 and -6; an address to come from is as good.
        case $from$family in
            '') ;;
            4) set -- -b 0.0.0.0 "$@" ;;
            6) set -- -b '[::]' "$@" ;;
            *:*) set -- -b "[$from]" "$@" ;;
            *) set -- -b "$from" "$@" ;;
        esac
    fi
    HOME=$work "$client" "$@" </dev/null >"$work/out" 2>"$work/err" &
    child=$!
    (
        sleep "$limit"
        kill -9 "$child"
    ) >/dev/null 2>&1 &
    watcher=$!
    wait "$child"
    called=$?
    # Not TERM: one that was only just made may still take it for this shell's own.
    kill -9 "$watcher" 2>/dev/null
    wait "$watcher" 2>/dev/null
    child=
    watcher=
    return "$called"
}

# reason: why the last call failed.
reason() {
    grep -o 'refused [a-z-]* .*' "$work/err" || grep -v '^@*$' "$work/err" | tail -n 1
}

# announce_over FAMILY ADDRESS: 0 granted, 77 refused, 69 not reached after all attempts.
announce_over() {
    tries=0
    while :; do
        tries=$((tries + 1))
        # shellcheck disable=SC2086  # the address may be empty
        call "$1" "$2" announce $2
        status=$?
        if [ "$status" = 0 ] && grep -q '^granted ' "$work/out"; then
            answer="$answer
$(cat "$work/out")"
            return 0
        fi
        trouble=$(reason)
        case $status in
            77) return 77 ;;
        esac
        if grep -q -i -e 'host key' -e 'REMOTE HOST IDENTIFICATION' "$work/err"; then
            trouble="$host has another host key than the one in this script: somebody may be in between. $trouble"
            return 78
        fi
        if grep -q -e 'Permission denied' -e 'No auth methods could be used' "$work/err"; then
            trouble="$host knows no such user, or not this key; '$0 key' prints it for the operator there"
            return 77
        fi
        if [ "$tries" -ge "$attempts" ]; then
            return 69
        fi
        sleep $((pause * tries))
    done
}

# address_of FAMILY: the interface's address that this machine would use, while it is up; empty when there is none.
address_of() {
    if command -v ip >/dev/null 2>&1; then
        found=$(ip "-$1" -o addr show dev "$interface" up scope global 2>/dev/null |
            grep -v -e tentative -e dadfailed -e ' deprecated ')
        if [ "$1" = 6 ] && [ "$(cat "/proc/sys/net/ipv6/conf/$interface/use_tempaddr" 2>/dev/null)" != 2 ]; then
            found=$(printf '%s\n' "$found" | grep -v ' temporary ')
        fi
        # Unique local addresses only when there is nothing better.
        { printf '%s\n' "$found" | grep -v ' inet6 f[cd]'; printf '%s\n' "$found"; } |
            sed -n 's/.* inet6\{0,1\} \([0-9a-f.:]*\).*/\1/p' | head -n 1
    elif ifconfig "$interface" 2>/dev/null | grep -q 'RUNNING'; then
        if [ "$1" = 4 ]; then
            ifconfig "$interface" | sed -n 's/.*inet \(addr:\)\{0,1\}\([0-9.]*\).*/\2/p' | head -n 1
        else
            ifconfig "$interface" | grep -i -e global -e '<global>' |
                sed -n 's/.*inet6 \(addr: \)\{0,1\}\([0-9a-f:]*\).*/\2/p' | head -n 1
        fi
    fi
}

# announce: every family that there is. With families set each must be granted, else one is enough.
announce() {
    [ -r "$key" ] || fail 78 "there is no key $key: run '$0 key' once, and give its line to the operator of $host"
    answer=
    trouble=
    worst=1
    granted=
    if [ -n "$interface" ] || [ -n "$families" ]; then
        for family_wanted in ${families:-4 6}; do
            from_address=
            if [ -n "$interface" ]; then
                from_address=$(address_of "$family_wanted")
                if [ -z "$from_address" ]; then
                    [ -z "$families" ] || trouble="$interface is down or has no IPv$family_wanted address"
                    continue
                fi
            fi
            announce_over "$family_wanted" "$from_address"
            outcome=$?
            if [ "$outcome" = 0 ]; then
                granted=yes
            elif [ "$outcome" -gt "$worst" ]; then
                worst=$outcome
            fi
        done
    else
        announce_over '' ''
        worst=$?
        [ "$worst" != 0 ] || granted=yes
    fi
    if [ -n "$granted" ] && { [ -z "$trouble" ] || [ -z "$families" ] && [ "$worst" != 77 ] && [ "$worst" != 78 ]; }; then
        # A renewal is not worth a line in the log: all but the time has been said.
        said=$(printf '%s\n' "$answer" | sed -e '/^$/d' -e 's/ until .*//')
        if [ "$said" != "$(cat "$work/said" 2>/dev/null)" ] || [ -t 1 ]; then
            printf '%s\n' "$said" >"$work/said"
            say "$(printf '%s\n' "$answer" | sed '/^$/d')"
        fi
        return 0
    fi
    rm -f "$work/said"
    trouble=${trouble:-"$interface is down or has no address"}
    return "$worst"
}

revoke() {
    rm -f "$work/said"
    call '' '' revoke
    status=$?
    if [ "$status" = 0 ]; then
        say "$(cat "$work/out")"
    elif [ "$status" != 1 ] || ! grep -q 'no leases' "$work/err"; then
        trouble=$(reason)
        return 69
    fi
}

# make_key: prints the public half.
make_key() {
    mkdir -p "$(dirname "$key")"
    if [ "$flavour" = openssh ]; then
        [ -r "$key" ] || ssh-keygen -q -t ed25519 -N '' -C "$login" -f "$key" </dev/null || fail 78 "cannot make $key"
        ssh-keygen -y -f "$key"
    else
        [ -r "$key" ] || dropbearkey -t ed25519 -f "$key" >/dev/null 2>&1 || fail 78 "cannot make $key"
        dropbearkey -y -f "$key" | grep '^ssh-'
    fi
}

mode=${1:-announce}
case $mode in
    announce | stop | key | run) prepare ;;
    *) fail 64 "unknown word '$mode': expected nothing, run, stop or key" ;;
esac
if [ "$mode" = key ]; then
    make_key
    exit
fi
take_lock || fail 75 "another run is busy ($lock)"
pin
case $mode in
    announce)
        announce || fail "$?" "$trouble"
        ;;
    stop)
        revoke || fail 69 "$trouble"
        ;;
    run)
        while :; do
            announce || say "$trouble"
            touch "$lock"
            sleep 240 &
            child=$!
            wait "$child"
            child=
        done
        ;;
esac
exit 0
