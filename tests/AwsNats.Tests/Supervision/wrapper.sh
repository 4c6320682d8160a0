#!/bin/sh
# A wrapper as people write them: the executable that is started is the shell, until it becomes the server.
exec "$0.real" "$@"
