import { systemCallNumbers, type SystemCallName } from "./numbers.ts";

/** What the kernel answers: run it, fail it with this errno, or kill the process. */
export type Action = "allow" | "kill" | { readonly errno: number };

/** Holds when the low 32 bits of the argument, masked, are one of the values. */
export interface ArgumentTest {
  readonly argument: number;
  readonly mask: number;
  readonly anyOf: readonly number[];
}

/** The first case whose tests all hold decides; `otherwise` where none does. */
export interface Rule {
  readonly cases: readonly { readonly tests: readonly ArgumentTest[]; readonly action: Action }[];
  readonly otherwise: Action;
}

export type Policy = Readonly<Partial<Record<SystemCallName, Rule>>>;

export const errno = { EPERM: 1, ENOTTY: 25, ENOSYS: 38, EPROTONOSUPPORT: 93, EAFNOSUPPORT: 97 } as const;

/** A call that the policy does not name looks like one that the kernel does not have, so that C libraries fall back. */
export const unknownCall: Action = { errno: errno.ENOSYS };

const every = 0xffff_ffff;

/** Calls that Node 24 and 26, Python 3 and ordinary Go and Rust programs need, and that stay inside the namespaces. */
const allowed: readonly SystemCallName[] = [
  // files
  "read",
  "write",
  "open",
  "close",
  "stat",
  "fstat",
  "lstat",
  "poll",
  "lseek",
  "pread64",
  "pwrite64",
  "readv",
  "writev",
  "access",
  "pipe",
  "select",
  "dup",
  "dup2",
  "sendfile",
  "fcntl",
  "flock",
  "fsync",
  "fdatasync",
  "truncate",
  "ftruncate",
  "getdents",
  "getdents64",
  "getcwd",
  "chdir",
  "fchdir",
  "rename",
  "mkdir",
  "rmdir",
  "creat",
  "link",
  "unlink",
  "symlink",
  "readlink",
  "chmod",
  "fchmod",
  "chown",
  "fchown",
  "lchown",
  "umask",
  "utime",
  "statfs",
  "fstatfs",
  "getxattr",
  "lgetxattr",
  "fgetxattr",
  "listxattr",
  "llistxattr",
  "flistxattr",
  "fadvise64",
  "utimes",
  "openat",
  "mkdirat",
  "fchownat",
  "futimesat",
  "newfstatat",
  "unlinkat",
  "renameat",
  "linkat",
  "symlinkat",
  "readlinkat",
  "fchmodat",
  "faccessat",
  "pselect6",
  "ppoll",
  "splice",
  "tee",
  "sync_file_range",
  "utimensat",
  "fallocate",
  "dup3",
  "pipe2",
  "inotify_init",
  "inotify_init1",
  "inotify_add_watch",
  "inotify_rm_watch",
  "preadv",
  "pwritev",
  "renameat2",
  "copy_file_range",
  "preadv2",
  "pwritev2",
  "statx",
  "close_range",
  "openat2",
  "faccessat2",
  "fchmodat2",
  // memory
  "mprotect",
  "munmap",
  "brk",
  "mremap",
  "msync",
  "mincore",
  "madvise",
  "mlock",
  "munlock",
  "mlock2",
  "membarrier",
  "pkey_alloc",
  "pkey_free",
  "pkey_mprotect",
  "map_shadow_stack",
  "mseal",
  // signals, time and waiting
  "rt_sigaction",
  "rt_sigprocmask",
  "rt_sigreturn",
  "pause",
  "nanosleep",
  "getitimer",
  "alarm",
  "setitimer",
  "kill",
  "gettimeofday",
  "times",
  "rt_sigpending",
  "rt_sigtimedwait",
  "rt_sigsuspend",
  "sigaltstack",
  "tkill",
  "time",
  "futex",
  "epoll_create",
  "epoll_ctl",
  "epoll_wait",
  "restart_syscall",
  "timer_create",
  "timer_settime",
  "timer_gettime",
  "timer_getoverrun",
  "timer_delete",
  "clock_gettime",
  "clock_getres",
  "clock_nanosleep",
  "tgkill",
  "epoll_pwait",
  "signalfd",
  "timerfd_create",
  "eventfd",
  "timerfd_settime",
  "timerfd_gettime",
  "signalfd4",
  "eventfd2",
  "epoll_create1",
  "epoll_pwait2",
  "futex_waitv",
  "futex_wake",
  "futex_wait",
  "futex_requeue",
  "pidfd_open",
  "pidfd_send_signal",
  // sockets
  "connect",
  "accept",
  "sendto",
  "recvfrom",
  "sendmsg",
  "recvmsg",
  "shutdown",
  "bind",
  "listen",
  "getsockname",
  "getpeername",
  "setsockopt",
  "getsockopt",
  "accept4",
  "recvmmsg",
  "sendmmsg",
  // processes and threads
  "sched_yield",
  "getpid",
  "execve",
  "exit",
  "wait4",
  "uname",
  "getrlimit",
  "setrlimit",
  "getrusage",
  "sysinfo",
  "getuid",
  "getgid",
  "geteuid",
  "getegid",
  "setpgid",
  "getppid",
  "getpgrp",
  "setsid",
  "getgroups",
  "setgroups",
  "setresuid",
  "getresuid",
  "setresgid",
  "getresgid",
  "getpgid",
  "getsid",
  "capget",
  "capset",
  "prctl",
  "arch_prctl",
  "getpriority",
  "setpriority",
  "sched_getparam",
  "sched_getscheduler",
  "sched_get_priority_max",
  "sched_get_priority_min",
  "sched_getaffinity",
  "sched_setaffinity",
  "sched_getattr",
  "sched_rr_get_interval",
  "gettid",
  "set_tid_address",
  "exit_group",
  "set_robust_list",
  "get_robust_list",
  "prlimit64",
  "getcpu",
  "seccomp",
  "getrandom",
  "rseq",
  "waitid",
  "landlock_create_ruleset",
  "landlock_add_rule",
  "landlock_restrict_self",
];

/**
 * Known ways out of a sandbox, or into kernel code that plugins have no business in: named so that they fail as
 * forbidden. Everything else fails as unknown.
 */
const forbidden: readonly SystemCallName[] = [
  "mount",
  "umount2",
  "pivot_root",
  "chroot",
  "fsopen",
  "fsconfig",
  "fsmount",
  "fspick",
  "move_mount",
  "open_tree",
  "open_tree_attr",
  "mount_setattr",
  "statmount",
  "listmount",
  "ptrace",
  "process_vm_readv",
  "process_vm_writev",
  "process_madvise",
  "process_mrelease",
  "kcmp",
  "pidfd_getfd",
  "bpf",
  "perf_event_open",
  "keyctl",
  "add_key",
  "request_key",
  "userfaultfd",
  "io_uring_setup",
  "io_uring_enter",
  "io_uring_register",
  "io_setup",
  "io_submit",
  "kexec_load",
  "kexec_file_load",
  "init_module",
  "finit_module",
  "delete_module",
  "create_module",
  "unshare",
  "setns",
  "open_by_handle_at",
  "name_to_handle_at",
  "personality",
  "syslog",
  "quotactl",
  "quotactl_fd",
  "swapon",
  "swapoff",
  "reboot",
  "acct",
  "settimeofday",
  "clock_settime",
  "adjtimex",
  "clock_adjtime",
  "sethostname",
  "setdomainname",
  "iopl",
  "ioperm",
  "modify_ldt",
  "mknod",
  "mknodat",
  "vhangup",
  "uselib",
  "lookup_dcookie",
  "fanotify_init",
  "fanotify_mark",
  "migrate_pages",
  "move_pages",
  "mbind",
  "set_mempolicy",
  "get_mempolicy",
  "vmsplice",
  "sync",
  "syncfs",
  "setuid",
  "setgid",
  "setreuid",
  "setregid",
  "setfsuid",
  "setfsgid",
  "shmget",
  "shmat",
  "semget",
  "msgget",
  "mq_open",
  "setxattr",
  "lsetxattr",
  "fsetxattr",
  "execveat",
  "memfd_secret",
  "nfsservctl",
  "lsm_set_self_attr",
];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET (linux/sched.h). */
const namespaceFlags = 0x7e02_0000;

/** CLONE_THREAD: the new task shares everything, memory included. */
const threadsOnly: Rule["cases"] = [
  { tests: [{ argument: 0, mask: 0x0001_0000, anyOf: [0x0001_0000] }], action: "allow" },
];

/** TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, FIOASYNC, TCGETS2. */
const harmlessDeviceRequests = [
  0x5401, 0x5402, 0x5403, 0x5404, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451, 0x5452, 0x802c_542a,
];

const family = { unix: 1, inet: 2, inet6: 10 };
const socketTypeMask = 0xf;
const stream = 1;
const datagram = 2;

/**
 * @param memoryAccounted true where a memory cgroup counts every page of every process. Without one there is RLIMIT_DATA,
 *   which counts private writable pages of one process: so a second process and shared memory without a file, both of
 *   which would escape it, are refused. Threads stay.
 */
export function createPolicy(memoryAccounted: boolean): Policy {
  const newProcess = always(memoryAccounted ? "allow" : { errno: errno.EPERM });
  return {
    ...entries(allowed, always("allow")),
    ...entries(forbidden, always({ errno: errno.EPERM })),
    // The flags of clone3 are behind a pointer, where a filter cannot look; C libraries fall back to clone.
    clone3: always({ errno: errno.ENOSYS }),
    clone: {
      cases: [...flagCases(0, namespaceFlags), ...(memoryAccounted ? [] : threadsOnly)],
      otherwise: memoryAccounted ? "allow" : { errno: errno.EPERM },
    },
    fork: newProcess,
    vfork: newProcess,
    // Only the low half counts: the kernel takes `unsigned int cmd` (CVE-2019-7303). TIOCSTI is among the refused.
    ioctl: when([{ argument: 1, mask: every, anyOf: harmlessDeviceRequests }], { errno: errno.ENOTTY }),
    socket: {
      cases: [
        {
          tests: [
            { argument: 0, mask: every, anyOf: [family.unix] },
            { argument: 1, mask: socketTypeMask, anyOf: [stream, datagram] },
          ],
          action: "allow",
        },
        {
          tests: [
            { argument: 0, mask: every, anyOf: [family.inet, family.inet6] },
            { argument: 1, mask: socketTypeMask, anyOf: [stream, datagram] },
            // Default, TCP, UDP: no other protocol module is ever loaded on a plugin's behalf.
            { argument: 2, mask: every, anyOf: [0, 6, 17] },
          ],
          action: "allow",
        },
        {
          tests: [{ argument: 0, mask: every, anyOf: [family.unix, family.inet, family.inet6] }],
          action: { errno: errno.EPROTONOSUPPORT },
        },
      ],
      otherwise: { errno: errno.EAFNOSUPPORT },
    },
    socketpair: when([{ argument: 0, mask: every, anyOf: [family.unix] }], { errno: errno.EAFNOSUPPORT }),
    memfd_create: always(memoryAccounted ? "allow" : { errno: errno.ENOSYS }),
    // MAP_SHARED | MAP_ANONYMOUS
    mmap: memoryAccounted
      ? always("allow")
      : {
          cases: [{ tests: [{ argument: 3, mask: 0x21, anyOf: [0x21] }], action: { errno: errno.EPERM } }],
          otherwise: "allow",
        },
  };
}

/** The policy's answer, straight from the rules: what the compiled filter is tested against. */
export function decideCall(policy: Policy, name: SystemCallName | undefined, values: readonly bigint[]): Action {
  const rule = name === undefined ? undefined : policy[name];
  if (rule === undefined) return unknownCall;
  const holds = (test: ArgumentTest): boolean =>
    test.anyOf.includes(Number(BigInt.asUintN(32, values[test.argument] ?? 0n) & BigInt(test.mask)));
  return rule.cases.find((each) => each.tests.every(holds))?.action ?? rule.otherwise;
}

function always(action: Action): Rule {
  return { cases: [], otherwise: action };
}

function when(tests: readonly ArgumentTest[], otherwise: Action): Rule {
  return { cases: [{ tests, action: "allow" }], otherwise };
}

/** One refusing case per bit: a mask with several bits set could only be compared with all of them at once. */
function flagCases(argument: number, flags: number): Rule["cases"] {
  return Array.from({ length: 32 }, (_, bit) => (flags & (1 << bit)) >>> 0)
    .filter((mask) => mask !== 0)
    .map((mask) => ({ tests: [{ argument, mask, anyOf: [mask] }], action: { errno: errno.EPERM } }));
}

function entries(names: readonly SystemCallName[], rule: Rule): Policy {
  return Object.fromEntries(names.map((name) => [name, rule]));
}

export const systemCallNames = Object.keys(systemCallNumbers) as readonly SystemCallName[];
