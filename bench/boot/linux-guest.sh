#!/bin/sh
# linux-guest.sh WORK SITE ADDRESS MODULE...   a Linux guest with nginx, to compare with: WORK/vmlinux and WORK/initramfs
#
# From Debian packages, nothing is installed; needs apt-get download, dpkg-deb, cpio, xz-utils, binutils. The kernel is taken
# out of its compressed image and the initramfs is not compressed: an emulated processor is slow at decompressing, and the guest
# shall start as fast as it can. It gets these modules of the kernel, with what they depend on, and serves the files in SITE at ADDRESS:8080; its
# router is 10.0.2.2, that of QEMU's user networking. The packages are kept beside WORK, for other guests.
set -eu
work=$1 site=$2 address=$3
shift 3
debs=$(dirname "$work")/linux-packages
mkdir -p "$debs" "$work/tree"
cd "$work"
linux=$(apt-cache depends linux-image-amd64 | sed -n 's/ *Depends: //p')
want=
for package in "$linux" busybox-static nginx-light nginx libc6 libcrypt1 libpcre2-8-0 libssl3 zlib1g; do
    ls "$debs/${package}_"*.deb >/dev/null 2>&1 || want="$want $package"
done
# shellcheck disable=SC2086
[ -z "$want" ] || (cd "$debs" && apt-get -q -o APT::Sandbox::User=root download $want)
rm -rf root tree && mkdir -p root tree
for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" root; done

# The ELF kernel: offset and length of its compressed form stand in the header of the image (Linux, x86 boot protocol).
image=root/boot/vmlinuz-${linux#linux-image-}
number() { od -An -v -t "u$3" -j "$1" -N "$2" "$image" | tr -d ' '; }
start=$(( ($(number 497 1 1) + 1) * 512 + $(number 584 4 4) ))
tail -c +$((start + 1)) "$image" | head -c "$(number 588 4 4)" >vmlinux.xz
xz -dc --single-stream <vmlinux.xz >vmlinux 2>/dev/null || :
rm -f vmlinux.xz
[ "$(head -c 4 vmlinux | tail -c 3)" = ELF ] || { echo "linux-guest.sh: no ELF in $image" >&2; exit 1; }

mkdir -p tree/bin tree/dev tree/proc tree/sys tree/etc tree/run tree/tmp tree/www tree/var/log/nginx tree/var/lib/nginx \
    tree/lib64 tree/lib/x86_64-linux-gnu tree/modules
cp root/bin/busybox tree/bin/busybox
for applet in $(root/bin/busybox --list); do [ -e "tree/bin/$applet" ] || ln -s busybox "tree/bin/$applet"; done
cp root/usr/sbin/nginx tree/bin/nginx
libraries() { # the shared libraries that an ELF file needs, and theirs
    for library in $(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
        [ -e "tree/lib/x86_64-linux-gnu/$library" ] && continue
        for folder in root/lib/x86_64-linux-gnu root/usr/lib/x86_64-linux-gnu; do
            [ -e "$folder/$library" ] || continue
            cp -L "$folder/$library" "tree/lib/x86_64-linux-gnu/$library"
            libraries "$folder/$library"
            continue 2
        done
        echo "linux-guest.sh: $1 needs $library, which no package has" >&2; exit 1
    done
}
libraries tree/bin/nginx
cp -L root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 tree/lib64/
cp -R "$site/." tree/www/
printf 'root:x:0:0::/:/bin/sh\n' >tree/etc/passwd
printf 'root:x:0:\n' >tree/etc/group
cat >tree/etc/nginx.conf <<END
user root; worker_processes 1; daemon off; pid /run/nginx.pid; error_log /dev/console;
events { worker_connections 4096; }
http { types { text/html html; } access_log off; open_file_cache max=16; keepalive_requests 1000000000;
  server { listen 8080 backlog=4096; root /www; } }
END
find root/lib/modules -name '*.ko' | awk -F/ '{ n = $NF; sub(/\.ko$/, "", n); gsub(/_/, "-", n); print n, $0 }' >modules.txt
module() { # a module, after what it depends on; what is not there is built in
    path=$(awk -v n="$(echo "$1" | tr _ -)" '$1 == n { print $2; exit }' modules.txt)
    [ -n "$path" ] || return 0
    grep -qx "${path##*/}" tree/modules/order 2>/dev/null && return 0
    for needed in $(objcopy -O binary --only-section=.modinfo "$path" /dev/stdout | tr '\0' '\n' |
        sed -n 's/^depends=//p' | tr , ' '); do module "$needed"; done
    path=$(awk -v n="$(echo "$1" | tr _ -)" '$1 == n { print $2; exit }' modules.txt)
    cp "$path" tree/modules/
    echo "${path##*/}" >>tree/modules/order
}
: >tree/modules/order
for module in "$@"; do module "$module"; done
cat >tree/init <<END
#!/bin/sh
export PATH=/bin LD_LIBRARY_PATH=/lib/x86_64-linux-gnu
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read -r m; do insmod "/modules/\$m"; done </modules/order
ifconfig lo 127.0.0.1 up
until ifconfig eth0 $address netmask 255.255.255.0 up 2>/dev/null; do usleep 2000; done
route add default gw 10.0.2.2
exec nginx -c /etc/nginx.conf
END
chmod 755 tree/init
(cd tree && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >initramfs
ls -l vmlinux initramfs
