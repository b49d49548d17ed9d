#!/bin/sh
# usage: guard.sh SIGNAL FOLDER COMMAND...
# Runs a server until standard input is closed, stops it with SIGNAL and removes its FOLDER. Standard input closes when
# the program that opened it ends, however it ends, so no server outlives a killed test run.
signal=$1 folder=$2
shift 2
exec 3<&0
"$@" 3<&- &
server=$!
{ read -r _ <&3; kill -s "$signal" "$server"; } 2>/dev/null &
watcher=$!
exec 3<&-
wait "$server"
status=$?
kill "$watcher" 2>/dev/null
rm -rf "$folder"
exit "$status"
