#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Between vfork and exec the child shares the parent's memory and its one thread of control: only plain system calls here.
static int become(const struct plumb_spawn *request, pid_t parent, const sigset_t *mask) {
  // Handlers of the parent must never run in the child; exec resets them, but a signal may come before.
  for (int signal = 1; signal < _NSIG; signal++) {
    struct sigaction action;
    if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN && action.sa_handler != SIG_DFL) {
      action.sa_handler = SIG_DFL;
      action.sa_flags = 0;
      sigaction(signal, &action, NULL);
    }
  }
  if (request->death_signal != 0) {
    if (prctl(PR_SET_PDEATHSIG, request->death_signal) != 0) return errno;
    if (getppid() != parent) return ESRCH;
  }
  if (request->own_group && setpgid(0, 0) != 0) return errno;
  if (request->working_directory && chdir(request->working_directory) != 0) return errno;
  // The three descriptors may lie on each other's places: lift them above first.
  int wanted[3] = {request->standard_input, request->standard_output, request->standard_error};
  for (int index = 0; index < 3; index++) {
    if (wanted[index] < 3 && wanted[index] != index) {
      wanted[index] = fcntl(wanted[index], F_DUPFD_CLOEXEC, 3);
      if (wanted[index] < 0) return errno;
    }
  }
  for (int index = 0; index < 3; index++) {
    if (wanted[index] == index) {
      int flags = fcntl(index, F_GETFD);
      if (flags < 0 || fcntl(index, F_SETFD, flags & ~FD_CLOEXEC) != 0) return errno;
    } else if (dup2(wanted[index], index) < 0) {
      return errno;
    }
  }
  // SIGPIPE may be ignored by the engine; a child expects the default.
  signal(SIGPIPE, SIG_DFL);
#ifdef SYS_close_range
  // Whatever a library opened without O_CLOEXEC stays with the parent (4 is CLOSE_RANGE_CLOEXEC).
  syscall(SYS_close_range, 3, ~0U, 4);
#endif
  sigprocmask(SIG_SETMASK, mask, NULL);
  execve(request->executable, request->arguments, request->environment);
  return errno;
}

pid_t plumb_spawn_process(const struct plumb_spawn *request) {
  sigset_t all, before, none;
  sigfillset(&all);
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  volatile int failure = 0;
  pid_t parent = getpid();
  pid_t child = vfork();
  if (child == 0) {
    failure = become(request, parent, &none);
    _exit(127);
  }
  int forkFailure = child < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (forkFailure) return -forkFailure;
  if (failure) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
    return -failure;
  }
  return child;
}

int plumb_open_process_descriptor(pid_t process) {
  return (int)syscall(SYS_pidfd_open, process, 0);
}

int plumb_pipe(int ends[2]) {
  return pipe2(ends, O_CLOEXEC | O_NONBLOCK);
}

int plumb_wakeup_descriptor(void) {
  return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void plumb_wake(int descriptor) {
  uint64_t one = 1;
  while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) continue;
}

void plumb_settle(int descriptor) {
  uint64_t count;
  while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) continue;
}

int plumb_accept(int socket) { return accept4(socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

int plumb_peer(int socket, pid_t *process, uid_t *user) {
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
  *process = credentials.pid;
  *user = credentials.uid;
  return 0;
}

void plumb_name_thread(const char *name) {
  pthread_setname_np(pthread_self(), name);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info, (void)kind, (void)place;
  return remove(path);
}

int plumb_remove_tree(const char *path) {
  return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int plumb_reserve_space(const char *directory, off_t bytes) {
  int descriptor = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) return -1;
  // Unlike posix_fallocate, this never writes zeros where the file system cannot promise room.
  if (fallocate(descriptor, 0, 0, bytes) == 0) return descriptor;
  int problem = errno;
  close(descriptor);
  errno = problem;
  return -1;
}

int plumb_run_on_stack(size_t size, void *(*body)(void *), void *argument) {
  pthread_attr_t attributes;
  pthread_t thread;
  int code = pthread_attr_init(&attributes);
  if (code != 0) return code;
  code = pthread_attr_setstacksize(&attributes, size);
  if (code == 0) code = pthread_create(&thread, &attributes, body, argument);
  pthread_attr_destroy(&attributes);
  if (code == 0) pthread_join(thread, NULL);
  return code;
}
