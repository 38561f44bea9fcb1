#!/usr/bin/env bash
# junctorctl against a temporary SQLite file, and its control socket against a server if junctord is built:
# test/interop/junctorctl_test.sh BUILD_DIRECTORY. Prints "ok ..." and "not ok ..." lines.
set -uo pipefail

build=$(cd "$1" && pwd)
folder=$(mktemp -d)
server=
finish() {
    [[ -n $server ]] && kill "$server" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT
cd "$folder" || exit 1
unset JUNCTOR_DB JUNCTOR_SOCKET JUNCTOR_MPATH SIP_DOMAIN OSER_FIFO DBENGINE ALIASES_TYPE
export HOME=$folder

ctl() { "$build/bin/junctorctl" "$@"; }
failed=0
report() { # STATUS TEXT
    if (($1 == 0)); then echo "ok $2"; else
        echo "not ok $2"
        sed 's/^/# /' "$folder/out"
        failed=1
    fi
}
# expect STATUS PATTERN TEXT COMMAND...: runs it; its exit status and (an extended pattern of) its output must fit.
expect() {
    local status=$1 pattern=$2 text=$3 got
    shift 3
    "$@" >"$folder/out" 2>&1 </dev/null
    got=$?
    if ((got == status)) && { [[ -z $pattern ]] || grep -qE -- "$pattern" "$folder/out"; }; then report 0 "$text"; else
        echo "# exit status $got, wanted $status and /$pattern/"
        report 1 "$text"
    fi
}
sql() { sqlite3 junctor.db "$1"; }
# is WANTED TEXT GOT
is() {
    echo "wanted: $1, found: $3" >"$folder/out"
    [[ $1 == "$3" ]]
    report $? "$2"
}

expect 255 'junctor.db' "without its file the database cannot be opened" ctl add alice@example.org x
expect 0 'tables created' "db create makes the tables" ctl db create
expect 1 'exist' "db create refuses a database that has them" ctl db create
is "6" "the version of subscriber is noted" "$(sql "select table_version from version where table_name='subscriber'")"
expect 0 "new user 'alice@example.org' added" "add" ctl add alice@example.org wonderland alice@mail.example
is "$(printf 'alice:example.org:wonderland' | md5sum | cut -c1-32)" "ha1 is MD5 of user:domain:password" \
    "$(sql "select ha1 from subscriber where username='alice'")"
is "$(printf 'alice@example.org:example.org:wonderland' | md5sum | cut -c1-32)" \
    "ha1b is MD5 of user@domain:domain:password" "$(sql "select ha1b from subscriber where username='alice'")"
is "wonderland|alice@mail.example" "password and mail address are stored" \
    "$(sql "select password, email_address from subscriber where username='alice'")"
expect 1 "already exists" "add refuses an account that exists" ctl add alice@example.org x
expect 1 "domain unknown" "a user without a domain is refused" ctl add bob x
expect 0 "added" "SIP_DOMAIN completes a user" env SIP_DOMAIN=example.org "$build/bin/junctorctl" add bob builder
expect 1 "invalid AoR" "a user with a quote is refused" ctl add "o'brien\"@example.org" x
expect 0 "added" "values are bound: a password may be SQL" ctl add eve@example.org "'); drop table subscriber;--"
is "'); drop table subscriber;--" "and is stored as it is" "$(sql "select password from subscriber where username='eve'")"
expect 0 "password change succeeded" "passwd" ctl passwd alice@example.org neu
is "neu" "passwd changes the password" "$(sql "select password from subscriber where username='alice'")"
is "builder" "of that account alone" "$(sql "select password from subscriber where username='bob'")"
expect 1 "non-existent" "passwd refuses an unknown account" ctl passwd carol@example.org neu
expect 1 "no terminal" "a password is not asked for without a terminal" ctl passwd alice@example.org
printf 'from stdin\n' | ctl passwd alice@example.org - >"$folder/out" 2>&1
report $? "passwd reads standard input with -"
is "from stdin" "and stores it" "$(sql "select password from subscriber where username='alice'")"
printf 'SIP_DOMAIN="example.org"\nSTORE_PLAINTEXT_PW=0\n' >rc
expect 0 "succeeded" "a settings file in openserctlrc's form is read" ctl --config rc passwd alice neu
is "" "STORE_PLAINTEXT_PW=0 leaves the digests only" "$(sql "select password from subscriber where username='alice'")"
sql "insert into grp(username,domain,grp) values('alice','example.org','local'),('bob','example.org','local')"
expect 0 "contacts" "rm works without a running server and warns" ctl rm alice@example.org
is "0 1" "rm takes the account and its groups, and no others" \
    "$(sql "select (select count(*) from subscriber where username='alice')||' '||(select count(*) from grp)")"
expect 1 "non-existent" "rm refuses an unknown account" ctl rm alice@example.org
expect 0 'bob +example.org +int' "acl grant adds groups and shows them" ctl acl grant bob@example.org ld int
is "int ld local" "they are in the table" "$(sql "select group_concat(grp, ' ') from (select grp from grp where username='bob' order by grp)")"
expect 1 "in group 'int' already" "acl grant refuses a group that the user is in" ctl acl grant bob@example.org int
expect 1 "WARNING: invalid privilege 'everything'" "acl grant skips unknown groups" ctl acl grant bob@example.org everything
expect 0 "everything" "unless VERIFY_ACL is 0" env VERIFY_ACL=0 "$build/bin/junctorctl" acl grant bob@example.org everything
expect 1 "go on all the same" "acl show asks about an unknown user" ctl acl show nobody@example.org
expect 0 "" "not with --yes" ctl acl show nobody@example.org --yes
expect 0 "" "acl revoke of one group" ctl acl revoke bob@example.org everything
expect 0 "" "acl revoke of all" ctl acl revoke bob@example.org
is "0" "takes them all" "$(sql "select count(*) from grp where username='bob'")"
expect 1 "in no group" "acl revoke of what is not there" ctl acl revoke bob@example.org
expect 0 "added" "alias_db add" ctl alias_db add sales@example.org bob@example.org
expect 1 "there already" "alias_db add refuses an alias that exists" ctl alias_db add sales@example.org eve@example.org
expect 0 "^bob@example.org$" "alias_db show" ctl alias_db show sales@example.org
expect 0 "^sales@example.org$" "alias_db list of a user" ctl aliasdb list bob@example.org
expect 1 "go on" "alias_db list of all asks" ctl alias_db list
expect 0 '"alias_username": "sales"' "and does not with --yes" ctl --json alias_db list --yes
expect 0 "removed" "alias_db rm" ctl alias_db rm sales@example.org
expect 1 "no alias" "alias_db rm of what is not there" ctl alias_db rm sales@example.org
expect 0 "Usage: junctorctl alias_db" "alias_db help" ctl alias_db help
expect 0 "4930123" "rpid add" ctl rpid add bob@example.org sip:+4930123@example.org
is "sip:+4930123@example.org" "is stored" "$(sql "select rpid from subscriber where username='bob'")"
expect 0 "bob +example.org +NULL" "rpid rm" ctl rpid rm bob@example.org
expect 1 "non-existent" "rpid refuses an unknown account" ctl rpid add nobody@example.org 1
expect 0 "domain reload" "domain add reminds of the reload" ctl domain add Example.NET
is "example.net" "and stores lower case" "$(sql "select domain from domain")"
expect 1 "there already" "domain add refuses a domain that exists" ctl domain add example.net
expect 0 "example.net" "domain showdb" ctl domain showdb
expect 0 "WARNING: no server answers" "domain show without a server shows the table" ctl domain show
expect 2 "cannot be reached" "domain reload needs a server" ctl domain reload
expect 0 "domain reload" "domain rm" ctl domain rm EXAMPLE.net
expect 1 "no domain" "domain rm of what is not there" ctl domain rm example.net
expect 0 "" "a domain for the server below" ctl domain add one.example
expect 0 '"ok": true' "--json prints an object" ctl --json add carol@example.org x
expect 1 '"level": "error"' "--json prints errors, too" ctl --json add carol@example.org x
expect 0 'carol' "db show prints a table" ctl db show subscriber
expect 0 'subscriber +good +6' "db check finds the tables good" ctl db check
expect 255 'no driver' "a database without driver is an error" ctl --db nosuchdb://u@h/d db check
expect 0 'added' "--db names another file" bash -c "'$build/bin/junctorctl' --db sqlite://$folder/b.db db create &&
    JUNCTOR_DB=sqlite://$folder/b.db '$build/bin/junctorctl' add dave@example.org x"
is "dave" "which then has the account" "$(sqlite3 b.db "select username from subscriber")"
expect 2 "cannot be reached" "without a server its commands end with status 2" ctl ps
expect 2 "cannot be reached" "also over a socket that is named" ctl --socket "$folder/none.sock" ul show
expect 1 "Usage: junctorctl" "no command: usage and status 1" ctl
expect 1 "no command" "an unknown command: status 1" ctl frobnicate
expect 0 "Usage: junctorctl ul add" "help of a verb" ctl ul add --help
expect 0 "^junctorctl [0-9]" "version" ctl version

[[ -x $build/bin/junctord ]] || exit "$failed"

port=$((20000 + RANDOM % 20000))
fifo=$folder/fifo
cat >server.cfg <<EOF
listen=udp:127.0.0.1:$port
children=1
loadmodule "sqlite.so"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "mi_fifo.so"
loadmodule "domain.so"
modparam("mi_fifo", "fifo_name", "$fifo")
modparam("domain", "db_url", "sqlite://$folder/junctor.db")
modparam("domain", "db_mode", 1)
modparam("usrloc", "db_url", "sqlite://$folder/junctor.db")
modparam("usrloc", "db_mode", 1)
modparam("usrloc", "use_domain", 1)
route { if (!save("location")) sl_reply_error(); if (!lookup("aliases")) exit; }
EOF
"$build/bin/junctord" -f server.cfg -E >log 2>&1 &
server=$!
for ((i = 0; i < 100; ++i)); do # until it answers
    ctl ps >/dev/null 2>&1 && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
cp log out

expect 0 "Process::  ID=0 PID=[0-9]+ Type=" "ps" ctl ps
expect 0 "Script:: .*server.cfg" "status names the script" ctl status
expect 0 "Module:: usrloc" "status names the modules" ctl status
expect 0 "Memory:: .*heap=[1-9]" "status says what of the memory is in use" ctl status
expect 0 "core:rcv_requests = 0" "stats of a group" ctl stats core
expect 1 "404 Statistics Not Found" "stats of what does not exist" ctl stats frobnication
expect 0 "" "ul add" ctl ul add dora@example.org sip:dora@192.0.2.7 600
expect 0 "sip:dora@192.0.2.7" "ul show" ctl ul show dora@example.org
expect 0 "AOR:: dora@example.org" "ul show of all" ctl ul show
expect 0 "^dora@example.org$" "online" ctl online
is "1" "a contact that was added is in the table" "$(sql "select count(*) from location where username='dora'")"
expect 0 "" "ul rm of a contact" ctl ul rm dora@example.org sip:dora@192.0.2.7
expect 1 "404" "it is gone then" ctl ul show dora@example.org
expect 0 "" "alias add" ctl alias add sales@example.org sip:carol@example.org
expect 0 "sip:carol@example.org" "alias show" ctl alias show sales@example.org
expect 1 "is a subscriber" "alias add refuses an account's name" ctl alias add carol@example.org sip:x@example.org
expect 1 "alias" "add refuses an alias's name" env ALIASES_TYPE=UL "$build/bin/junctorctl" add sales@example.org x
expect 0 "" "alias rm" ctl alias rm sales@example.org
expect 0 "^one.example$" "domain show: what the server has" ctl domain show
expect 0 "" "domain add beside a running server" ctl domain add two.example
ctl domain show >shown 2>&1
is "one.example" "is not in force yet" "$(cat shown)"
expect 0 "" "domain reload" ctl domain reload
expect 0 "^two.example$" "puts it in force" ctl domain show
expect 0 "Server:: Junctor" "fifo runs any command over the control socket" ctl fifo version
expect 0 "Server:: Junctor" "and over the FIFO" \
    env OSER_FIFO="$fifo" bash -c "cd / && '$build/bin/junctorctl' fifo version"
mkfifo /tmp/junctorctl_test_$$
printf ':uptime:junctorctl_test_%s\n\n' $$ >"$fifo" && timeout 5 cat /tmp/junctorctl_test_$$ >"$folder/out"
rm -f /tmp/junctorctl_test_$$
grep -qE '^Up time:: [0-9]+ \[sec\]$' "$folder/out"
report $? "a shell speaks the FIFO's protocol"
expect 1 "500 command 'frobnicate' not available" "an unknown command is refused" ctl fifo frobnicate
expect 0 "" "script check" ctl script check
expect 0 "" "script reload" ctl script reload
printf 'route { frobnicate(); }\n' >bad.cfg
expect 1 "bad.cfg:1:9" "script check of a file with an error names its place" ctl script check bad.cfg
cat >good.scn <<'END'
script
    | loadmodule "sl.so"
    | route { sl_send_reply("200", "Fine"); }
alice > OPTIONS sip:example.test
alice < 200
END
sed '$s/200/404/' good.scn >bad.scn
expect 0 "1 passed, 0 failed" "test plays a scenario" ctl test good.scn
expect 1 "1 passed, 1 failed" "test tells which one failed" ctl test good.scn bad.scn
expect 0 '"value": "Junctor' "--json gives the reply as a tree" ctl --json status
expect 0 "INFO: stopped" "stop waits until the server has gone" ctl stop
wait "$server"
is 0 "which ends with status 0" $?
server=
[[ ! -e $fifo && ! -e junctor.sock ]]
report $? "and leaves neither FIFO nor socket"
expect 0 'INFO: started \(pid: [0-9]+\)' "start" \
    env PID_FILE="$folder/pid" "$build/bin/junctorctl" start -- -f "$folder/server.cfg"
expect 1 "running already" "start refuses while it runs" ctl start
expect 0 'INFO: started' "restart" env PID_FILE="$folder/pid" "$build/bin/junctorctl" restart -- -f "$folder/server.cfg"
expect 0 "INFO: stopped" "and stop again" ctl stop
exit "$failed"
