#!/usr/bin/env bash
# usage: install-postgres.sh ROOT
# Unpacks PostgreSQL 17 with pgvector, as Debian trixie has them, into the folder ROOT, to be run from there by chroot.
# The host's own packages stay as they are. Needs root and apt.
set -euo pipefail

target=$1
mkdir -p "$(dirname "$target")"
root=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

# An apt of its own: trixie alone, nothing installed, so that every dependency is fetched.
apt=$root/.apt
mkdir -p "$apt"/{lists/partial,cache/archives/partial,empty}
: >"$apt/status"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/$' | head -n 1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:?apt has no Debian mirror} trixie main" >"$apt/sources.list"
private_apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts="$apt/empty" \
    -o Dir::Etc::preferencesparts="$apt/empty" -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" \
    -o Dir::Cache="$apt/cache" -o Acquire::Languages=none -o APT::Sandbox::User=root "$@"
}
private_apt update
# initdb runs its commands by sh, hence dash.
private_apt -y --no-install-recommends --download-only install dash postgresql-17 postgresql-17-pgvector >/dev/null

for folder in bin sbin lib lib64; do
  mkdir -p "$root/usr/$folder"
  ln -s "usr/$folder" "$root/$folder"
done
for package in "$apt"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink
done
rm -rf "$apt" "$root"/usr/share/{doc,man,locale} "$root"/usr/lib/postgresql/17/lib/{llvmjit*,bitcode} "$root"/usr/lib/*/lib{LLVM,z3}*

mkdir -p "$root"/{tmp,dev,clusters,clients}
chmod 1777 "$root/tmp"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/urandom" c 1 9
echo 'postgres:x:5432:5432::/tmp:/bin/sh' >>"$root/etc/passwd"
echo 'postgres:x:5432:' >>"$root/etc/group"

# The clients for use from outside, by standard input and output: the files that they see are those in ROOT.
for client in pg_dump pg_dumpall pg_isready pg_restore psql; do
  cat >"$root/clients/$client" <<'CLIENT'
#!/bin/sh
exec chroot --userspec=5432:5432 "$(dirname "$0")/.." "/usr/lib/postgresql/17/bin/$(basename "$0")" "$@"
CLIENT
  chmod 755 "$root/clients/$client"
done

mv -T "$root" "$target"
