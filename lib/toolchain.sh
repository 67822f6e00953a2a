# shellcheck shell=sh
# What the scripts of this checkout share: finding a JDK and Maven, building, starting. Read with `.`, after
#   root=folder of the checkout    program=name that messages begin with
# Nothing here writes to stdout: that belongs to the program.
# shellcheck disable=SC2154  # root and program come from the script

java_needed=25
jar=$root/target/scp-before-relay.jar
aot_cache=$root/target/scp-before-relay.aot
# When the last good build began. Anything newer than it asks for another; the jar's own time would miss edits made meanwhile.
built=$root/target/built
# What the training run of the AOT cache performs: it should load the classes that a start needs, then end by itself.
training='try --self-test'

say() {
    printf '%s: %s\n' "$program" "$*" >&2
}

# die STATUS MESSAGE: the statuses are those of sysexits(3); 73 cannot write, 78 this host lacks something
die() {
    die_status=$1
    shift
    say "$@"
    exit "$die_status"
}

is_root() {
    [ "$(id -u)" = 0 ]
}

# --- JDK ---------------------------------------------------------------------------------------------------------------------------

# java_major FOLDER: sets `major` from the JDK's release file, 0 where FOLDER is no JDK. Starts no process.
java_major() {
    major=0
    if [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ]; then
        while IFS='=' read -r release_key release_value || [ -n "$release_key" ]; do
            if [ "$release_key" = JAVA_VERSION ]; then
                release_value=${release_value#\"}
                major=${release_value%%[!0-9]*}
            fi
        done <"$1/release"
        : "${major:=0}"
    fi
}

# consider FOLDER: keeps the JDK with the lowest sufficient version; remembers those that are too old, for the message.
consider() {
    java_major "$1"
    if [ "$major" -ge "$java_needed" ]; then
        if [ "$jdk_major" = 0 ] || [ "$major" -lt "$jdk_major" ]; then
            jdk=$1
            jdk_major=$major
        fi
    elif [ "$major" -gt 0 ]; then
        jdk_too_old="$jdk_too_old
  too old: $1 (Java $major)"
    fi
}

# look_for_jdk: sets `jdk`, empty where none fits. JAVA_HOME if it fits, else the lowest version that does, of PATH's java and the
# usual places. SBR_JDK_PLACES names one folder to look in instead of the usual places.
look_for_jdk() {
    jdk=
    jdk_major=0
    jdk_too_old=
    if [ -n "${JAVA_HOME:-}" ]; then
        consider "$JAVA_HOME"
        [ -z "$jdk" ] || return 0
    fi
    if path_java=$(command -v java); then
        path_java=$(readlink -f "$path_java")
        consider "${path_java%/bin/java}"
    fi
    if [ -n "${SBR_JDK_PLACES:-}" ]; then
        set -- "$SBR_JDK_PLACES"/*
    else
        set -- /usr/lib/jvm/* /opt/*jdk* /opt/java/* /usr/java/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/*
    fi
    for jdk_place; do
        consider "$jdk_place"
    done
}

# need_jdk: sets `jdk` and exports JAVA_HOME, or ends with what to do.
need_jdk() {
    look_for_jdk
    if [ -z "$jdk" ] && offer_package "A JDK $java_needed" "openjdk-$java_needed-jdk-headless" "temurin-$java_needed-jdk"; then
        look_for_jdk
    fi
    if [ -z "$jdk" ]; then
        die 78 "no JDK $java_needed or newer here: not in JAVA_HOME, not java on the PATH, not in ${SBR_JDK_PLACES:-/usr/lib/jvm, /opt, /usr/java, ~/.sdkman, ~/.jdks}.$jdk_too_old
  Where the distribution has it:  apt-get install openjdk-$java_needed-jdk-headless
  Debian 12 has none: take Temurin's Debian packages (https://adoptium.net/installation/linux/), then
                                  apt-get install temurin-$java_needed-jdk
  A JDK unpacked elsewhere:       JAVA_HOME=/path/to/jdk $0"
    fi
    JAVA_HOME=$jdk
    export JAVA_HOME
}

# --- Maven -------------------------------------------------------------------------------------------------------------------------

look_for_maven() {
    if maven=$(command -v mvn); then
        return 0
    fi
    for maven in /usr/share/maven/bin/mvn /opt/*maven*/bin/mvn "${HOME:-}/.sdkman/candidates/maven/current/bin/mvn"; do
        [ ! -x "$maven" ] || return 0
    done
    maven=
}

# need_maven: sets `maven`, or ends with what to do.
need_maven() {
    look_for_maven
    if [ -z "$maven" ] && offer_package Maven maven; then
        look_for_maven
    fi
    [ -n "$maven" ] || die 78 "Maven is missing, and the program is not built yet.
  Install it:  apt-get install maven"
}

# --- Installing: only a JDK, Maven, and (see debian.sh) tools for the tests; never a mail server ------------------------------------

apt_offers() {
    apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

# offer_package WHAT PACKAGE…: as root, where apt is, installs the first PACKAGE that apt offers, having said so. False where not.
offer_package() {
    missing=$1
    shift
    is_root && command -v apt-get >/dev/null && command -v apt-cache >/dev/null || return 1
    refresh_lists
    for package; do
        if apt_offers "$package"; then
            say "$missing is missing. Running: apt-get install -y --no-install-recommends $package"
            apt_install "$package" && return 0
            say "apt-get install $package failed."
        fi
    done
    return 1
}

# refresh_lists: apt's lists, where they are missing or older than a day.
refresh_lists() {
    if [ -z "$(find /var/lib/apt/lists -name '*Packages*' -mtime -1 2>/dev/null | head -n 1)" ]; then
        say "refreshing apt's lists: apt-get update"
        apt-get -q update </dev/null >&2 || say "apt-get update failed; going on with the lists that are here."
    fi
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@" </dev/null >&2
}

# --- Building ----------------------------------------------------------------------------------------------------------------------

build_is_fresh() {
    [ -f "$jar" ] && [ -f "$built" ] &&
        [ -z "$(find "$root/src/main" "$root/pom.xml" "$root/.mvn" -newer "$built" | head -n 1)" ]
}

cache_is_fresh() {
    [ -f "$aot_cache" ] && [ -z "$(find "$jar" -newer "$aot_cache")" ]
}

# build_if_needed: the jar with its libraries, then its AOT cache. Of two that start at once the second waits for the first.
build_if_needed() {
    if build_is_fresh && cache_is_fresh; then
        return 0
    fi
    if ! mkdir -p "$root/target" || [ ! -w "$root/target" ]; then
        die 73 "cannot write $root/target: build once as the folder's owner."
    fi
    (
        ! command -v flock >/dev/null || flock 9
        build_is_fresh || build
        cache_is_fresh || train
    ) 9>"$root/target/build.lock" </dev/null || exit
}

# build: needs no test and no formatter, hence works with an empty Maven repository in a minute.
build() {
    need_maven
    build_began=$(date +%s)
    printf '%s: building … ' "$program" >&2
    touch "$root/target/building"
    # A jar left in place is kept where nothing changed but a time stamp; its cache still fits then.
    if (cd "$root" && "$maven" -B -q -Dmaven.test.skip=true -Dspotless.check.skip=true package) >"$root/target/build.log" 2>&1; then
        mv "$root/target/building" "$built"
        printf 'done in %s s\n' "$(($(date +%s) - build_began))" >&2
    else
        printf 'failed\n' >&2
        tail -n 30 "$root/target/build.log" >&2
        die 70 "the build failed; all of its output is in $root/target/build.log."
    fi
}

# train: one run of the real program writes the AOT cache. Where that fails the program starts all the same, only slower;
# an empty cache says that it was tried with this jar.
train() {
    rm -f "$aot_cache.new"
    # shellcheck disable=SC2086  # training is a list of words
    if ! timeout 120 "$JAVA_HOME/bin/java" "@$root/lib/jvm.options" "-XX:AOTCacheOutput=$aot_cache.new" -jar "$jar" $training \
        >"$root/target/training.log" 2>&1; then
        : >"$aot_cache.new"
    fi
    [ -f "$aot_cache.new" ] || : >"$aot_cache.new"
    mv "$aot_cache.new" "$aot_cache"
}

# --- Starting ----------------------------------------------------------------------------------------------------------------------

# run_java ARGUMENT…: becomes the JVM, with our flags, the cache where there is one, and the user's own flags last. The daemon's
# flags are taken when $daemon says so.
run_java() {
    # shellcheck disable=SC2086  # SBR_JAVA_OPTS is a list of words
    set -- ${SBR_JAVA_OPTS:-} "$@"
    if [ -n "${daemon:-}" ]; then
        set -- "@$root/lib/daemon.options" "$@"
        # glibc would keep a heap of its own for each thread.
        : "${MALLOC_ARENA_MAX:=1}"
        export MALLOC_ARENA_MAX
    fi
    [ ! -s "$aot_cache" ] || set -- "-XX:AOTCache=$aot_cache" "$@"
    exec "$JAVA_HOME/bin/java" "@$root/lib/jvm.options" "$@"
}
