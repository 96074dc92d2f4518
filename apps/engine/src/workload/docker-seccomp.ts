/**
 * What system calls a container may make. It takes the place of Docker's own list, which differs from version to version: older ones let
 * io_uring, sockets to the hypervisor and those to the kernel's ciphers through. What is not named here is refused, on every machine:
 * so are the calls of other tables (32-bit programs).
 */
import { socketFamilies } from "./seccomp.ts";

/** Docker skips a name that it, its libseccomp or the machine does not know. */
const allowed = `
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range dup dup2 dup3 fcntl ioctl
open openat openat2 creat pipe pipe2 splice tee vmsplice sendfile copy_file_range readahead fadvise64 fallocate flock
fsync fdatasync sync syncfs sync_file_range truncate ftruncate

access faccessat faccessat2 stat fstat lstat newfstatat statx statfs fstatfs statmount listmount cachestat name_to_handle_at
mkdir mkdirat rmdir link linkat unlink unlinkat symlink symlinkat readlink readlinkat rename renameat renameat2 mknod mknodat
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat umask
chdir fchdir getcwd getdents getdents64 getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat
listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat
inotify_init inotify_init1 inotify_add_watch inotify_rm_watch

poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2
io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents

brk mmap munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall munlock munlockall memfd_create memfd_secret
membarrier mseal map_shadow_stack pkey_alloc pkey_free pkey_mprotect remap_file_pages

fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill pause pidfd_open pidfd_send_signal process_mrelease
prctl arch_prctl modify_ldt seccomp rseq set_tid_address set_robust_list get_robust_list
futex futex_waitv futex_wait futex_wake futex_requeue restart_syscall uretprobe riscv_hwprobe riscv_flush_icache
landlock_create_ruleset landlock_add_rule landlock_restrict_self

getpid getppid gettid getpgid getpgrp getsid setpgid setsid getuid geteuid getgid getegid getresuid getresgid getgroups
setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capget capset
getpriority setpriority getrlimit setrlimit prlimit64 getrusage times sysinfo uname getcpu getrandom ioprio_get ioprio_set
sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler
sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval

rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo
sigaltstack signalfd signalfd4 alarm getitimer setitimer nanosleep clock_nanosleep clock_gettime clock_getres clock_adjtime
adjtimex gettimeofday time timer_create timer_delete timer_getoverrun timer_gettime timer_settime
timerfd_create timerfd_gettime timerfd_settime

socketpair bind listen accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt
sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr msgget msgsnd msgrcv msgctl
semget semop semtimedop semctl shmget shmat shmdt shmctl`
  .trim()
  .split(/\s+/);

/** Before Linux 4.8 a tracer could make calls that the filter never saw. */
const tracing = ["ptrace", "process_vm_readv", "process_vm_writev"];

/** Linux and its 32-bit look, each with and without random addresses, and the question which one is in use. */
const personalities = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];

/** Programs that were told so go on without them: clone3 hides its flags from any filter. */
const absent = ["clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"];

/** `CLONE_NEWNS`, `CGROUP`, `UTS`, `IPC`, `USER`, `PID` and `NET`. */
const newNamespaces = 0x7e02_0000;

const [operationNotPermitted, noSuchCall] = [1, 38];
const allow = { action: "SCMP_ACT_ALLOW" };
const when = (value: number) => [{ index: 0, value, op: "SCMP_CMP_EQ" }];

/** The list in Docker's words, an option of a container's security. */
const option = `seccomp=${JSON.stringify({
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: operationNotPermitted,
  syscalls: [
    { names: allowed, ...allow },
    { names: tracing, includes: { minKernel: "4.8" }, ...allow },
    ...socketFamilies.map((family) => ({ names: ["socket"], args: when(family), ...allow })),
    ...personalities.map((value) => ({ names: ["personality"], args: when(value), ...allow })),
    {
      names: ["clone"],
      args: [{ index: 0, value: newNamespaces, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }],
      ...allow,
    },
    { names: absent, action: "SCMP_ACT_ERRNO", errnoRet: noSuchCall },
  ],
})}`;

/**
 * What a container is told, by what Docker says of itself (`SecurityOptions` of `GET /info`): nothing where the kernel knows no
 * filters, or where whoever runs Docker has given it a list of their own.
 */
export function seccompOptions(security: readonly string[]): string[] {
  const own = security.find((line) => line.startsWith("name=seccomp"));
  const profile = /profile=([^,]*)/.exec(own ?? "")?.[1] ?? "default";
  return own !== undefined && ["default", "builtin", "unconfined"].includes(profile) ? [option] : [];
}
