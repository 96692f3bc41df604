// Linux calls that Swift's C library module does not show, and the few steps between fork and exec that Swift may not make.
#pragma once
#include <stddef.h>
#include <sys/types.h>

/// What the child is made of. Strings end in NUL; `arguments` and `environment` end in NULL.
struct plumb_spawn {
  const char *executable;
  char *const *arguments;
  char *const *environment;
  /// NULL for the parent's directory.
  const char *working_directory;
  int standard_input;
  int standard_output;
  int standard_error;
  /// Signal the child gets when the *thread* that started it ends; 0 for none.
  int death_signal;
  /// Non-zero puts the child into a process group of its own.
  int own_group;
};

/// Starts a child. Returns its process id, or a negated errno when a step before or at exec failed; then no child is left.
pid_t plumb_spawn_process(const struct plumb_spawn *request);

/// A descriptor that becomes readable when the process ends, or -1 with errno.
int plumb_open_process_descriptor(pid_t process);

/// A non-blocking, close-on-exec pipe: `ends[0]` reads, `ends[1]` writes. 0, or -1 with errno.
int plumb_pipe(int ends[2]);

/// A descriptor that becomes readable when `plumb_wake` is called on it (eventfd), or -1 with errno.
int plumb_wakeup_descriptor(void);

/// Makes a wake-up descriptor readable. Safe from any thread.
void plumb_wake(int descriptor);

/// Makes a wake-up descriptor unreadable again.
void plumb_settle(int descriptor);

/// The process and user at the other end of a connected Unix socket (SO_PEERCRED). 0, or -1 with errno.
int plumb_peer(int socket, pid_t *process, uid_t *user);

/// The next connection to a listening socket, non-blocking and close-on-exec (accept4). A descriptor, or -1 with errno.
int plumb_accept(int socket);

/// Names the calling thread, at most 15 bytes, for debuggers and `ps`.
void plumb_name_thread(const char *name);

/// An unnamed file in a directory that takes that many bytes of its file system until it is closed. A descriptor, or -1 with errno.
int plumb_reserve_space(const char *directory, off_t bytes);

/// Deletes a directory and all below it; never follows symbolic links and never leaves the file system. 0, or -1 with errno.
int plumb_remove_tree(const char *path);

/// Runs a function on a thread of its own with a stack of so many bytes, and waits for its end. 0, or an errno when there is no thread.
int plumb_run_on_stack(size_t size, void *(*body)(void *), void *argument);
