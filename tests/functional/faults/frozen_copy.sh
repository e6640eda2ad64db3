#!/bin/sh
# Copies a folder while each process that may write there stands still, as a crash would find it.
# usage: frozen_copy.sh FOLDER TARGET FILE-WITH-A-PROCESS-NUMBER-IN-EACH-LINE
all=$(cat "$3")
kill -STOP $all 2>/dev/null
for process in $all; do # a thread that is just writing stops a moment later
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        moving=$(grep -L '^State:.[TZ]' /proc/"$process"/task/*/status 2>/dev/null)
        [ -z "$moving" ] && break
        sleep 0.01
    done
done
cp -a "$1" "$2"
kill -CONT $all 2>/dev/null
