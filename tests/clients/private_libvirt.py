"""An unmodified libvirtd of one's own, in its own mount and process namespaces: nothing of the host's libvirt is used or changed."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from emulator import Trouble, check, wait_until

# The init of the namespaces: hides the host's libvirt, then keeps a libvirtd running until it is ended itself.
INIT = r'''
set -e
mount --make-rprivate /
for directory in /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /run/libvirt; do
    mkdir -p $directory
    mount -t tmpfs -o mode=755 tmpfs $directory
done
cp "$1"/libvirtd.conf "$1"/qemu.conf /etc/libvirt/
# A place that is soon full.
mkdir "$1/small"
mount -t tmpfs -o size=1m tmpfs "$1/small"
# libvirt's driver wants its user, whatever user its configuration says.
cp /etc/passwd /etc/group "$1"
grep -q ^libvirt-qemu: /etc/passwd || echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >>"$1/passwd"
grep -q ^libvirt-qemu: /etc/group || echo 'libvirt-qemu:x:64055:' >>"$1/group"
grep -q ^kvm: /etc/group || echo 'kvm:x:64054:' >>"$1/group"
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/group" /etc/group
while true; do
    libvirtd --config /etc/libvirt/libvirtd.conf --pid-file "$1/libvirtd.pid" >>"$1/libvirtd.out" 2>&1 || true
    sleep 0.2
done
'''

LIBVIRTD_CONF = '''listen_tls = 0
listen_tcp = 0
unix_sock_dir = "{directory}/sock"
unix_sock_rw_perms = "0700"
auth_unix_ro = "none"
auth_unix_rw = "none"
log_outputs = "4:file:{directory}/libvirtd.log"
'''

QEMU_CONF = '''security_driver = "none"
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
max_core = 0
'''


def why_not():
    """Why no private libvirtd can run here; None where it can."""
    if os.geteuid() != 0:
        return 'it takes root'
    missing = [program for program in ('libvirtd', 'virsh', 'unshare') if not shutil.which(program, path=_path())]
    if missing:
        return 'not installed: ' + ', '.join(missing)
    if subprocess.run(['unshare', '-m', '-p', '-f', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], stdin=subprocess.DEVNULL,
                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        return 'no namespace of mounts can be made'
    return None


def _path():
    return os.environ.get('PATH', '/usr/bin:/bin') + ':/usr/local/sbin:/usr/sbin:/sbin'


class Libvirt:
    """Started with the `with` block; every domain ends with it."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix='rhea-libvirt-')
        self.watchers = []
        os.mkdir(self.path('sock'))
        for name, text in (('libvirtd.conf', LIBVIRTD_CONF), ('qemu.conf', QEMU_CONF)):
            with open(self.path(name), 'w') as conf:
                conf.write(text.replace('{directory}', self.directory))
        environment = dict(os.environ, PATH=_path(), LC_ALL='C', HOME=self.directory)
        environment.pop('XDG_RUNTIME_DIR', None)
        with open(self.path('libvirtd.out'), 'wb') as out:
            self.process = subprocess.Popen(['unshare', '-m', '-p', '-f', '--kill-child', '--mount-proc', 'sh', '-c', INIT, 'init',
                                             self.directory], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            start_new_session=True, env=environment)
        self.uri = 'qemu+unix:///system?socket=%s/sock/libvirt-sock' % self.directory
        if not self.answers():
            text = open(self.path('libvirtd.out'), errors='replace').read()[-400:].strip()
            self.close()
            raise Trouble('libvirtd did not come up: %s' % text)

    def path(self, name):
        return os.path.join(self.directory, name)

    def answers(self, seconds=20):
        return wait_until(lambda: os.path.exists(self.path('sock/libvirt-sock')) and self.try_virsh('uri')[0] == 0, seconds)

    def try_virsh(self, *words, seconds=60):
        """Status, standard output and error of one virsh command."""
        try:
            done = subprocess.run(['virsh', '-q', '-c', self.uri, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=seconds, env=dict(os.environ, LC_ALL='C'), text=True, errors='replace')
        except subprocess.TimeoutExpired:
            raise Trouble('virsh %s: no end after %s s' % (' '.join(map(str, words)), seconds))
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    def virsh(self, *words, seconds=60):
        """What a command that must succeed says."""
        status, out, err = self.try_virsh(*words, seconds=seconds)
        check(status == 0, 'virsh %s: %s', ' '.join(map(str, words)), err or out)
        return out

    def watch(self, *words):
        """A virsh that goes on (`event --all --loop`): a function that gives what it has said so far."""
        path = self.path('watch-%d' % len(self.watchers))
        with open(path, 'wb') as out:
            self.watchers.append(subprocess.Popen(['stdbuf', '-oL', 'virsh', '-q', '-c', self.uri, *words], stdin=subprocess.DEVNULL,
                                                  stdout=out, stderr=out, env=dict(os.environ, LC_ALL='C')))

        def said():
            with open(path, errors='replace') as text:
                return text.read()
        return said

    def init(self):
        """The namespaces' first process, as the host numbers it."""
        with open('/proc/%d/task/%d/children' % (self.process.pid, self.process.pid)) as children:
            return int(children.read().split()[0])

    def inside(self, path):
        """A path as the namespaces see it."""
        return '/proc/%d/root%s' % (self.init(), path)

    def processes(self, program):
        """The host's numbers of the processes in the namespaces that run `program` (the file's name)."""
        space = os.stat('/proc/%d/ns/pid' % self.init()).st_ino
        found = []
        for number in filter(str.isdigit, os.listdir('/proc')):
            try:
                if os.stat('/proc/%s/ns/pid' % number).st_ino == space and os.path.basename(os.readlink('/proc/%s/exe' % number)) == program:
                    found.append(int(number))
            except OSError:
                pass
        return found

    def restart(self):
        """Ends libvirtd alone, and waits for the next one."""
        for number in self.processes('libvirtd'):
            os.kill(number, signal.SIGKILL)
        wait_until(lambda: self.try_virsh('uri')[0] != 0, 2)
        check(self.answers(), 'libvirtd did not come back')

    def close(self):
        for watcher in self.watchers:
            watcher.kill()
            watcher.wait()
        if self.process.poll() is None:
            self.process.kill()        # --kill-child: the namespaces' init goes with it, and all that is in them
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    """Runs one until it is interrupted, for trying things by hand."""
    reason = why_not()
    if reason:
        print('no libvirt of our own can run here: %s' % reason)
        return 77
    with Libvirt() as libvirt:
        print("export VIRSH_DEFAULT_CONNECT_URI='%s'" % libvirt.uri, flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass
    return 0


if __name__ == '__main__':
    sys.exit(main())
